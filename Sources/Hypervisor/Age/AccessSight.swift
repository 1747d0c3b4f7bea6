/// How a hypervisor sees that a page was accessed.
public enum AccessSight: String, Sendable, Hashable, CaseIterable {
  /// The hardware sets a flag: EPT with accessed and dirty flags, AMD, Arm with HA, RISC-V with Svadu.
  case flags
  /// An access to a page whose flag is clear faults: Arm without HA, RISC-V with Svade alone.
  case flagFaults
  /// The page's rights are taken away, and an access faults as if nothing were mapped: EPT without flags.
  case revokedRights
}
