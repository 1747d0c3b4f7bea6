/// What was being accessed when the hardware stopped.
public enum FaultContext: UInt8, Sendable, Hashable, CaseIterable {
  /// What the program asked for.
  case finalAccess
  /// A table of the guest's, which a walk read.
  case tableRead
  /// An entry of the guest's tables whose accessed or dirty bit a walk was setting.
  case tableUpdate
}
