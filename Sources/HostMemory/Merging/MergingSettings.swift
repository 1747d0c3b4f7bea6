/// The settings of merging, under the kernel's names (`/sys/kernel/mm/ksm`) and with its defaults.
public struct MergingSettings: Hashable, Sendable {
  /// `pages_to_scan`: how many pages a wake-up visits at most.
  public var pagesToScan = 100
  /// `sleep_millisecs`: the time between wake-ups.
  public var sleepMilliseconds = 20
  /// `max_page_sharing`: how many mappings one copy may have, at least 2.
  public var maxPageSharing = 256
  /// `use_zero_pages`: whether pages of zeros are mapped to the kernel's own page of zeros.
  public var usesZeroPages = false
  /// `merge_across_nodes`: whether pages of different NUMA nodes are merged.
  public var mergesAcrossNodes = true
  /// `smart_scan`: whether pages that stay alone are visited less and less often.
  public var isSmartScan = true
  /// `stable_node_chains_prune_millisecs`: how often a chain of copies is looked through whole.
  public var chainsPruneMilliseconds = 2000
  /// The advisor that sets ``pagesToScan``, where `advisor_mode` is `scan-time`.
  public var advisor: ScanTimeAdvisor?
  /// The kernel's rules.
  public var kernel = MergingKernel.current
  /// What a visit costs.
  public var cost = MergingCost.ksmd

  /// The kernel's defaults (mm/ksm.c; Documentation/admin-guide/mm/ksm.rst).
  public init() {}

  /// The most pages that can be visited in a second: a wake-up's pages, with no time spent on them.
  public var pagesPerSecondAtMost: Double {
    Double(pagesToScan) * 1000 / Double(max(sleepMilliseconds, 1))
  }

  /// The pages that are visited in a second when each visit costs what ``cost`` says.
  public var pagesPerSecond: Double {
    let wakeNanoseconds =
      Double(sleepMilliseconds) * 1e6 + Double(pagesToScan) * Double(cost.scanNanoseconds)
    return wakeNanoseconds > 0 ? Double(pagesToScan) * 1e9 / wakeNanoseconds : 0
  }

  /// The share of one CPU that scanning takes at ``pagesPerSecondAtMost``.
  public var cpuShareAtMost: Double {
    pagesPerSecondAtMost * Double(cost.scanNanoseconds) / 1e9
  }
}
