/// Same-page merging as the kernel's scanner does it: pages that stay equal come to share one copy.
///
/// A deterministic state machine. The owner gives it memory (``register(pages:isHuge:node:)``), tells it
/// what is written (``write(_:_:)``), and wakes it (``wake(at:)``); each wake-up visits some pages, and
/// says in ``events`` which mappings it has changed. There is no clock: the owner says what time it is.
///
/// Contents are found by tables, and the kernel's tree is walked only where its shape decides a count.
/// `Docs/Merging.md` says what is exact.
public struct SamePageMerger: ~Copyable {
  /// The settings, of which ``change(_:)`` can change some.
  public internal(set) var settings: MergingSettings
  /// What the last wake-up did to mappings, if ``recordsEvents``.
  public internal(set) var events: [MergingEvent] = []
  /// Whether the mappings that change are told.
  public var recordsEvents = false
  /// The CPU time of all wake-ups.
  public internal(set) var cpuNanoseconds: UInt64 = 0
  /// The 2M pages that merging has broken.
  public internal(set) var brokenHugePages = 0

  var rules: MergingRules
  var pages: [PageRecord] = []

  // The ranges in the order in which a scan visits them.
  var ranges: [RangeState] = []
  var order: [Int] = []
  /// The ends of ranges whose pages can be given out again, by their size.
  var freeRanges: [MergeableRange] = []

  // Where the scan is: nowhere between two scans.
  var isScanning = false
  var rangePosition = 0
  var offset = 0
  var scanNumber: UInt64 = 0
  var scanStart = 0
  var scanStartCPU: UInt64 = 0

  // The stable set.
  var copies: [SharedCopy] = []
  var freeCopies: [UInt32] = []
  var chains: [CopyChain] = []
  var freeChains: [UInt32] = []
  var stable = ContentTable()
  /// Whether the kernel's trees are kept beside the tables.
  let keepsTree: Bool
  var tree = StableTree()
  /// Copies and chains that a search past them would tidy up: where there are none, the tree's shape
  /// decides nothing, and the table answers.
  var staleCopies = 0
  var untidyChains = 0

  // The unstable set, of this scan alone.
  var unstable = UnstableTable()
  /// The kernel's tree of it, where that is kept.
  var unstableTree = ContentTree()
  /// Whether a page has changed under the tree: then its shape decides what is found, and searches go
  /// down it.
  var isUnstableUntidy = false
  /// Where the kernel's trees are kept, what `PageRecord.link` has no room for: the node of a page in the
  /// unstable set, and the older checksum of one in the stable set.
  var notes: [UInt32] = []

  // What is counted.
  var tracked = 0
  var shared = 0
  var sharing = 0
  var unshared = 0
  var zeroed = 0
  var chainCount = 0
  var chainedCopies = 0
  var scanned: UInt64 = 0
  var skipped: UInt64 = 0
  var now = 0

  struct RangeState {
    var range: MergeableRange
    var hasEnded = false
  }

  /// A scanner that has no memory yet.
  ///
  /// With `keepsTree` every count is the kernel's. Without it less room is taken, chains that have lost
  /// copies are tidied up only when their own content is looked for, so that `stable_node_chains` and
  /// `stable_node_dups` can be larger than the kernel's for a while, and a page that changes under a scan
  /// is not found in its unstable set.
  public init(
    _ settings: MergingSettings = MergingSettings(), keepsTree: Bool = true
  ) throws(MergingError) {
    try Self.check(settings)
    self.settings = settings
    self.keepsTree = keepsTree
    rules = MergingRules(settings)
    if let advisor = settings.advisor { self.settings.pagesToScan = advisor.minPagesToScan }
  }

  private static func check(_ settings: MergingSettings) throws(MergingError) {
    guard settings.maxPageSharing >= 2 else { throw .tooLittleSharing(settings.maxPageSharing) }
    guard settings.pagesToScan >= 1 else { throw .noPagesToScan(settings.pagesToScan) }
  }

  /// Changes settings while the scanner runs, as writing to the kernel's files does.
  ///
  /// `max_page_sharing` and `merge_across_nodes` can't change while pages are merged.
  public mutating func change(_ new: MergingSettings) throws(MergingError) {
    try Self.check(new)
    if shared > 0 {
      if new.maxPageSharing != settings.maxPageSharing {
        throw .busy(setting: "max_page_sharing", shared: shared)
      }
      if new.mergesAcrossNodes != settings.mergesAcrossNodes {
        throw .busy(setting: "merge_across_nodes", shared: shared)
      }
    }
    let hadAdvisor = settings.advisor != nil
    settings = new
    rules = MergingRules(new)
    if let advisor = new.advisor, !hadAdvisor { settings.pagesToScan = advisor.minPagesToScan }
  }

  /// The counters as they stand.
  public var counters: MergingCounters {
    var counters = MergingCounters()
    counters.pagesShared = shared
    counters.pagesSharing = sharing
    counters.pagesUnshared = unshared
    counters.pagesVolatile = tracked - shared - sharing - unshared
    counters.pagesScanned = scanned
    counters.pagesSkipped = skipped
    counters.zeroPages = zeroed
    counters.stableNodeChains = chainCount
    counters.stableNodeDups = chainedCopies
    counters.fullScans = scanNumber
    counters.generalProfit = (sharing + zeroed) * 4096 - tracked * settings.cost.itemBytes
    return counters
  }

  /// The bytes that the model keeps for all pages and sets.
  public var modelBytes: Int {
    pages.count * MemoryLayout<PageRecord>.stride + unstable.bytes + stable.bytes
      + copies.count * MemoryLayout<SharedCopy>.stride
      + chains.count * MemoryLayout<CopyChain>.stride
      + (keepsTree ? tree.bytes + unstableTree.bytes + notes.count * 4 : 0)
  }

  /// How many pages are registered.
  public var pageCount: Int {
    order.reduce(0) { $0 + (ranges[$1].hasEnded ? 0 : ranges[$1].range.pageCount) }
  }

  mutating func tell(_ event: MergingEvent) {
    if recordsEvents { events.append(event) }
  }
}
