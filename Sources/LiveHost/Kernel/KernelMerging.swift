/// The settings and counters of the kernel's same-page merging (`/sys/kernel/mm/ksm`).
///
/// What a kernel does not have is absent.
public struct KernelMerging: Sendable, Hashable {
  /// 0 stopped, 1 running, 2 stopped and everything unmerged.
  public var run: UInt64?
  /// The pages that a wake-up visits.
  public var pagesToScan: UInt64?
  /// The milliseconds between wake-ups.
  public var sleepMilliseconds: UInt64?
  /// How many mappings a copy may have.
  public var maxPageSharing: UInt64?
  /// Whether pages of several NUMA nodes are merged.
  public var mergesAcrossNodes: Bool?
  /// Whether pages of zeros are mapped to the kernel's.
  public var usesZeroPages: Bool?
  /// Whether lone pages are visited less often.
  public var isSmartScan: Bool?
  /// The copies that are kept.
  public var pagesShared: UInt64?
  /// The mappings beyond the first, which is what was given back.
  public var pagesSharing: UInt64?
  /// The pages that were visited and are there once.
  public var pagesUnshared: UInt64?
  /// The pages that change too fast.
  public var pagesVolatile: UInt64?
  /// The pages that are mapped to the kernel's page of zeros.
  public var zeroPages: UInt64?
  /// How often all was visited.
  public var fullScans: UInt64?

  /// The files that are read.
  static let files = [
    "run", "pages_to_scan", "sleep_millisecs", "max_page_sharing", "merge_across_nodes",
    "use_zero_pages", "smart_scan", "pages_shared", "pages_sharing", "pages_unshared",
    "pages_volatile", "ksm_zero_pages", "full_scans",
  ]

  /// Settings and counters of which nothing is known.
  public init() {}

  /// What the files say; nothing where the kernel has no merging.
  ///
  /// What is there and no number is added to `remarks`.
  init?(_ files: HostFiles, _ remarks: inout [ImportProblem]) {
    func number(_ name: String, _ remarks: inout [ImportProblem]) -> UInt64? {
      files.number("sys/kernel/mm/ksm/\(name)", &remarks)
    }
    run = number("run", &remarks)
    pagesToScan = number("pages_to_scan", &remarks)
    sleepMilliseconds = number("sleep_millisecs", &remarks)
    maxPageSharing = number("max_page_sharing", &remarks)
    mergesAcrossNodes = number("merge_across_nodes", &remarks).map { $0 != 0 }
    usesZeroPages = number("use_zero_pages", &remarks).map { $0 != 0 }
    isSmartScan = number("smart_scan", &remarks).map { $0 != 0 }
    pagesShared = number("pages_shared", &remarks)
    pagesSharing = number("pages_sharing", &remarks)
    pagesUnshared = number("pages_unshared", &remarks)
    pagesVolatile = number("pages_volatile", &remarks)
    zeroPages = number("ksm_zero_pages", &remarks)
    fullScans = number("full_scans", &remarks)
    guard run != nil || pagesSharing != nil else { return nil }
  }
}
