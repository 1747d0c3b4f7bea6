/// One access of a workload.
public struct WorkloadAccess: Sendable, Hashable {
  /// Where the access lies, counted from the start of the workload's memory.
  public var offset: UInt64
  /// Whether it writes.
  public var isWrite: Bool

  /// An access at an offset.
  public init(offset: UInt64, isWrite: Bool = false) {
    self.offset = offset
    self.isWrite = isWrite
  }
}
