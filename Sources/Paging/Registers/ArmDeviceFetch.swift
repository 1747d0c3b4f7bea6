/// What an instruction fetch from Device memory comes to.
///
/// CONSTRAINED UNPREDICTABLE: INSTRDEVICE in the pseudocode functions AArch64.S1CheckPermissions and
/// AArch64.S2CheckPermissions.
public enum ArmDeviceFetch: String, Sendable, Hashable, CaseIterable {
  /// The memory is fetched from as if it were Normal Non-cacheable.
  case allowed
  /// A permission fault.
  case denied
}
