/// How much memory Linux keeps free in which zone, by its own formulas (mm/page_alloc.c and
/// mm/khugepaged.c of 6.12).
public struct Watermarks: Sendable, Hashable {
  /// The zones that have memory, by node and kind.
  public let zones: [ZoneExtent]
  /// `vm.min_free_kbytes`.
  public let minFreeKibibytes: UInt64
  /// The watermarks of each zone.
  public let marks: [ZoneWatermarks]

  /// The watermarks of zones.
  public init(_ zones: [ZoneExtent], _ settings: WatermarkSettings = WatermarkSettings()) {
    self.zones = zones
    minFreeKibibytes = Self.minimum(zones, settings)
    let pagesMin = minFreeKibibytes / 4
    let low = zones.filter { $0.kind != .movable }.reduce(0) { $0 + $1.managed }
    marks = zones.map { zone in
      // A zone's share, multiplied out before it is divided.
      let share = low == 0 ? 0 : pagesMin * zone.managed / low
      let min =
        zone.kind == .movable
        ? Swift.min(Swift.max(zone.managed / 1024, 32), 128) : share
      let gap = Swift.max(share / 4, zone.managed * settings.scaleFactor / 10_000)
      let high = min + 2 * gap
      return ZoneWatermarks(
        min: min, low: min + gap, high: high, promo: high + gap,
        mostBoost: settings.boostFactor == 0
          ? 0 : Swift.max(high * settings.boostFactor / 10_000, BlockOrder.pageblock.frames),
        protection: Self.protection(zone, zones, settings))
    }
  }

  /// `vm.min_free_kbytes`: four times the root of the KiB below the movable zones, clamped, and raised to
  /// what khugepaged recommends.
  private static func minimum(_ zones: [ZoneExtent], _ settings: WatermarkSettings) -> UInt64 {
    let low = zones.filter { $0.kind != .movable }.reduce(0) { $0 + $1.managed }
    let root = squareRoot(low * 4 * 16)
    var minimum = min(max(root, 128), settings.largestMinimum)
    // What was set by hand stands, even below the kernel's own.
    if let own = settings.minFreeKibibytes { minimum = own }
    guard settings.hasTransparentHugePages else { return minimum }
    // Two pageblocks a zone for the movable pages and the others, and nine that take in mixed types;
    // no more than a twentieth of memory. Movable zones don't count: nothing else gets into them.
    let populated = UInt64(zones.filter { $0.managed > 0 && $0.kind != .movable }.count)
    let wanted = BlockOrder.pageblock.frames * populated * (2 + 3 * 3)
    let recommended = min(wanted, low / 20) * 4
    return max(minimum, recommended)
  }

  private static func protection(
    _ zone: ZoneExtent, _ zones: [ZoneExtent], _ settings: WatermarkSettings
  ) -> [UInt64] {
    let place = zone.kind.place
    let ratio = settings.lowmemReserveRatio[place]
    return ZoneKind.allCases.map { highest in
      guard highest.place > place, ratio > 0, zone.managed > 0 else { return 0 }
      let above = zones.filter {
        $0.node == zone.node && $0.kind > zone.kind && $0.kind <= highest
      }
      return above.reduce(0) { $0 + $1.managed } / ratio
    }
  }

  /// The whole part of a square root.
  private static func squareRoot(_ number: UInt64) -> UInt64 {
    var root = UInt64(Double(number).squareRoot())
    while root * root > number { root -= 1 }
    while (root + 1) * (root + 1) <= number { root += 1 }
    return root
  }
}
