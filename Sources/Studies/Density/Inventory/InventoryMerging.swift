/// How a real host merges pages that are the same, and what has become of it.
public struct InventoryMerging: Sendable, Hashable {
  /// Whether it scans.
  public var isRunning: Observed<Bool>?
  /// The pages that are scanned before each pause.
  public var pagesToScan: Observed<UInt64>?
  /// How long each pause is, in milliseconds.
  public var sleepMilliseconds: Observed<UInt64>?
  /// Whether pages of different NUMA nodes are merged.
  public var mergesAcrossNodes: Observed<Bool>?
  /// The pages that others share.
  public var pagesShared: Observed<UInt64>?
  /// The places that share them, beyond one for each: what is saved.
  public var pagesSharing: Observed<UInt64>?
  /// The pages that were found to be like no other.
  public var pagesUnshared: Observed<UInt64>?
  /// The pages that were merged into the page of zeros.
  public var zeroPages: Observed<UInt64>?
  /// How often all memory was scanned.
  public var fullScans: Observed<UInt64>?

  /// Merging of which nothing is known.
  public init() {}
}
