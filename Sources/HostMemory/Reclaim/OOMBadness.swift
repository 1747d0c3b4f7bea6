/// What Linux compares when it has to kill a process (mm/oom_kill.c).
public struct OOMBadness: Sendable, Hashable {
  /// Pages in memory.
  public var residentPages: Int
  /// Pages in swap.
  public var swapPages: Int
  /// Pages of page tables.
  public var tablePages: Int
  /// `oom_score_adj`, from -1000 to 1000.
  public var adjustment: Int

  /// A process.
  public init(residentPages: Int, swapPages: Int, tablePages: Int, adjustment: Int = 0) {
    self.residentPages = residentPages
    self.swapPages = swapPages
    self.tablePages = tablePages
    self.adjustment = adjustment
  }

  /// The points, of which the most are killed; nothing for a process that must not be.
  ///
  /// The total is all memory and swap that the processes could use.
  public func points(totalPages: Int) -> Int? {
    guard adjustment > -1000 else { return nil }
    return residentPages + swapPages + tablePages + adjustment * (totalPages / 1000)
  }
}
