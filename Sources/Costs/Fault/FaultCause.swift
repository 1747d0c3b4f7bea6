/// Why the hardware stopped an access at the second stage.
public enum FaultCause: UInt8, Sendable, Hashable, CaseIterable {
  /// Nothing is mapped.
  case missing
  /// What is mapped does not allow the access.
  case permission
  /// The page's accessed flag is clear, and the hardware does not set it.
  case accessFlag
  /// The entry is one that hardware can't use; on x86 a hypervisor marks device pages so.
  case misconfiguration
}
