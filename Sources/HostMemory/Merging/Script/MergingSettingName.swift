/// A setting under the kernel's name.
public enum MergingSettingName: String, CaseIterable, Sendable {
  /// How many pages a wake-up visits.
  case pagesToScan = "pages_to_scan"
  /// The time between wake-ups.
  case sleepMilliseconds = "sleep_millisecs"
  /// How many mappings a copy may have.
  case maxPageSharing = "max_page_sharing"
  /// Whether pages of zeros go to the page of zeros.
  case usesZeroPages = "use_zero_pages"
  /// Whether pages of different NUMA nodes are merged.
  case mergesAcrossNodes = "merge_across_nodes"
  /// Whether lone pages are visited less often.
  case isSmartScan = "smart_scan"
  /// How often a chain is looked through whole.
  case chainsPruneMilliseconds = "stable_node_chains_prune_millisecs"

  /// The values that it can have.
  public var values: ClosedRange<Int> {
    switch self {
    case .pagesToScan: 1...Int(UInt32.max)
    case .sleepMilliseconds, .chainsPruneMilliseconds: 0...Int(UInt32.max)
    case .maxPageSharing: 2...Int(Int32.max)
    case .usesZeroPages, .mergesAcrossNodes, .isSmartScan: 0...1
    }
  }

  /// Puts a value into settings.
  public func put(_ value: Int, into settings: inout MergingSettings) {
    switch self {
    case .pagesToScan: settings.pagesToScan = value
    case .sleepMilliseconds: settings.sleepMilliseconds = value
    case .maxPageSharing: settings.maxPageSharing = value
    case .usesZeroPages: settings.usesZeroPages = value != 0
    case .mergesAcrossNodes: settings.mergesAcrossNodes = value != 0
    case .isSmartScan: settings.isSmartScan = value != 0
    case .chainsPruneMilliseconds: settings.chainsPruneMilliseconds = value
    }
  }
}
