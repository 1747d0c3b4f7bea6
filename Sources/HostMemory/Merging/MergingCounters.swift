/// The counters of merging, those of `/sys/kernel/mm/ksm`.
public struct MergingCounters: Hashable, Sendable {
  /// `pages_shared`: copies that are shared.
  public var pagesShared = 0
  /// `pages_sharing`: mappings of them beyond the first, which is what is saved.
  public var pagesSharing = 0
  /// `pages_unshared`: pages that are unchanged and alone.
  public var pagesUnshared = 0
  /// `pages_volatile`: tracked pages that are in no set: new, changing or skipped.
  public var pagesVolatile = 0
  /// `pages_scanned`: visits since the start.
  public var pagesScanned: UInt64 = 0
  /// `pages_skipped`: visits that smart scan has saved since the start.
  public var pagesSkipped: UInt64 = 0
  /// `ksm_zero_pages`: pages that are mapped to the kernel's page of zeros.
  public var zeroPages = 0
  /// `stable_node_chains`: contents that have or had more than one copy.
  public var stableNodeChains = 0
  /// `stable_node_dups`: the copies on these chains.
  public var stableNodeDups = 0
  /// `full_scans`: how often all memory has been visited.
  public var fullScans: UInt64 = 0
  /// `general_profit`: the bytes saved, less the bytes of the kernel's own records.
  public var generalProfit = 0

  /// Counters at nought.
  public init() {}

  /// The bytes that merging has given back, the kernel's records not counted.
  public var savedBytes: Int { (pagesSharing + zeroPages) * 4096 }

  /// The counters with the kernel's names, in the order of this type.
  public var named: [(name: String, value: Int)] {
    [
      ("pages_shared", pagesShared), ("pages_sharing", pagesSharing),
      ("pages_unshared", pagesUnshared), ("pages_volatile", pagesVolatile),
      ("pages_scanned", Int(pagesScanned)), ("pages_skipped", Int(pagesSkipped)),
      ("ksm_zero_pages", zeroPages), ("stable_node_chains", stableNodeChains),
      ("stable_node_dups", stableNodeDups), ("full_scans", Int(fullScans)),
      ("general_profit", generalProfit),
    ]
  }
}
