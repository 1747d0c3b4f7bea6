/// The settings that each visit asks for, without what would have to be retained.
struct MergingRules {
  let order: MergingKernel.Order
  let acrossNodes: Bool
  let usesZeroPages: Bool
  let isSmartScan: Bool
  let limit: Int
  let pruneMilliseconds: Int
  let dissolvesChainsAlways: Bool

  init(_ settings: MergingSettings) {
    order = settings.kernel.order
    acrossNodes = settings.mergesAcrossNodes
    usesZeroPages = settings.usesZeroPages
    isSmartScan = settings.isSmartScan && settings.kernel.hasSmartScan
    limit = settings.maxPageSharing
    pruneMilliseconds = settings.chainsPruneMilliseconds
    dissolvesChainsAlways = settings.kernel.dissolvesChainsAlways
  }
}
