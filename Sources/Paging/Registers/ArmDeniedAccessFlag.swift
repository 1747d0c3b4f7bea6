/// What becomes of a clear access flag that the hardware manages when the rights deny the access.
///
/// CONSTRAINED UNPREDICTABLE: AFUPDATE in the pseudocode function AArch64.SettingAccessFlagPermitted.
public enum ArmDeniedAccessFlag: String, Sendable, Hashable, CaseIterable {
  /// It stays clear.
  case kept
  /// It is set all the same; where stage 2 denies that write, its fault is the one that is taken.
  case set
}
