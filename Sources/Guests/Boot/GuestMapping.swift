public import Paging

/// How a guest maps all of its memory for its kernel: a linear map in pages of one size.
public struct GuestMapping: Sendable, Hashable {
  /// The format of the guest's tables.
  public var format: GuestFormat
  /// Where the map of guest-physical address 0 starts.
  public var base: GuestVirtual
  /// The size of the map's pages.
  public var pageBytes: UInt64
  /// The pages that the guest's tables lie in, in the order in which the recorded guest wrote them.
  public var tablePages: [UInt64]

  /// A linear map in pages of a size.
  public init(
    _ format: GuestFormat, base: GuestVirtual, pageBytes: UInt64, tablePages: [UInt64] = []
  ) {
    self.format = format
    self.base = base
    self.pageBytes = pageBytes
    self.tablePages = tablePages
  }

  /// The virtual address of a physical one.
  public func virtual(_ address: GuestPhysical) -> GuestVirtual { base + address.value }

  /// The addresses of the longest piece of ``tablePages`` in a row: room for tables to be built in, on
  /// pages that the guest itself writes as tables.
  public var tableRange: Range<UInt64> {
    var longest: Range<UInt64> = 0..<0
    var current: Range<UInt64> = 0..<0
    for page in tablePages.sorted() {
      let start = page == current.upperBound ? current.lowerBound : page
      current = start..<page + 1
      if current.count > longest.count { longest = current }
    }
    return longest.lowerBound << 12..<longest.upperBound << 12
  }

  /// How many tables a map of everything up to `end` takes, the root included: what is left behind the last
  /// whole page is mapped in smaller ones, which have a table of each level.
  public func tables(upTo end: GuestPhysical) -> UInt64 {
    let shape = format.shape
    guard let leaf = shape.level(ofPageBytes: pageBytes) else { return 0 }
    var count: UInt64 = 1
    // A table of a level maps what one entry of the level above does.
    for level in leaf..<max(leaf, shape.levels - 1) {
      let span = shape.pageBytes(ofLevel: level + 1)
      count += (end.value + span - 1) / span
    }
    for level in 0..<leaf where end.value % shape.pageBytes(ofLevel: level + 1) != 0 { count += 1 }
    return count
  }
}
