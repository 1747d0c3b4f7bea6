/// What one wake-up has done.
public struct MergingWake: Hashable, Sendable {
  /// The pages that it visited.
  public var scanned = 0
  /// Whether it came to the end of all memory.
  public var endedScan = false
  /// The CPU time that it took.
  public var cpuNanoseconds: UInt64 = 0

  /// A wake-up that has done nothing.
  public init() {}
}
