/// What a host counts of a machine's pages of 2 MiB, under the names of Linux's `/proc/vmstat`.
public struct LargePageCounters: Sendable, Hashable {
  /// Large pages that were taken at a fault of the host's.
  public internal(set) var thpFaultAlloc: UInt64 = 0
  /// Faults that would have had a large page and found no run of frames.
  public internal(set) var thpFaultFallback: UInt64 = 0
  /// Large pages that were made of small ones.
  public internal(set) var thpCollapseAlloc: UInt64 = 0
  /// Large pages that were made small ones.
  public internal(set) var thpSplitPage: UInt64 = 0

  /// Counters at zero.
  public init() {}

  /// The counters by their names.
  public var named: [(name: String, value: UInt64)] {
    [
      ("thp_fault_alloc", thpFaultAlloc), ("thp_fault_fallback", thpFaultFallback),
      ("thp_collapse_alloc", thpCollapseAlloc), ("thp_split_page", thpSplitPage),
    ]
  }
}
