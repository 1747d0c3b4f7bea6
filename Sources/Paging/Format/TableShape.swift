/// The shape of a stage's tables: what the walk needs to know of a format beside its entries' bits.
///
/// Levels are counted from the leaf, so that a page of level 0 is the smallest.
public struct TableShape: Sendable, Hashable {
  /// How many tables a walk to the smallest page reads.
  public let levels: Int
  /// The bits of an address that index one table below the root.
  public let indexBits: Int
  /// How many bits more than ``indexBits`` index the root: 2 for RISC-V's ×4 roots, up to 4 for Arm's
  /// concatenated ones, and less than none where the root is only partly used.
  public let rootExtraBits: Int
  /// The bits of the offset in the smallest page.
  public let pageShift: Int
  /// The levels that an entry for a page may stand at.
  public let leafLevels: ClosedRange<Int>

  init(levels: Int, indexBits: Int, rootExtraBits: Int, pageShift: Int, mostLeafLevel: Int) {
    self.levels = levels
    self.indexBits = indexBits
    self.rootExtraBits = rootExtraBits
    self.pageShift = pageShift
    leafLevels = 0...min(mostLeafLevel, levels - 1)
  }

  /// The width of the addresses that the tables translate.
  public var inputBits: Int { pageShift + indexBits * levels + rootExtraBits }

  /// The bytes of a table below the root, which are those of the smallest page.
  public var tableBytes: UInt64 { 8 << UInt64(indexBits) }

  /// The entries of the root.
  public var rootEntries: Int { 1 << (indexBits + rootExtraBits) }

  /// The bytes that are set aside for the root, and what its address is a multiple of.
  public var rootBytes: UInt64 { max(tableBytes, 8 * UInt64(rootEntries)) }

  /// The lowest bit of the address that indexes a table of a level.
  public func shift(ofLevel level: Int) -> Int { pageShift + indexBits * level }

  /// The bytes that one entry of a level maps.
  public func pageBytes(ofLevel level: Int) -> UInt64 { 1 << UInt64(shift(ofLevel: level)) }

  /// The level of pages of a size, if the format has such pages.
  public func level(ofPageBytes bytes: UInt64) -> Int? {
    guard bytes.nonzeroBitCount == 1 else { return nil }
    let level = (bytes.trailingZeroBitCount - pageShift) / indexBits
    return leafLevels ~= level && pageBytes(ofLevel: level) == bytes ? level : nil
  }

  /// The sizes of page that the format has, the smallest first.
  public var pageSizes: [UInt64] { leafLevels.map { pageBytes(ofLevel: $0) } }
}

extension TableShape {
  /// The shape of tables of 4 KiB with 512 entries, as x86 and RISC-V have them.
  static func of512(_ levels: Int, rootExtraBits: Int = 0, mostLeafLevel: Int) -> TableShape {
    TableShape(
      levels: levels, indexBits: 9, rootExtraBits: rootExtraBits, pageShift: 12,
      mostLeafLevel: mostLeafLevel)
  }

  /// The shape of Arm's tables of a granule, for addresses of `inputBits` bits from a start level on.
  static func arm(pageShift: Int, inputBits: Int, levels: Int) -> TableShape {
    let indexBits = pageShift - 3
    // Arm ARM D8.3, "Translation table descriptor formats": blocks are at level 1 and 2 for the 4K
    // granule and at level 2 for the others; the levels above need FEAT_LPA2 or FEAT_LPA.
    return TableShape(
      levels: levels, indexBits: indexBits,
      rootExtraBits: inputBits - pageShift - indexBits * levels, pageShift: pageShift,
      mostLeafLevel: pageShift == 12 ? 2 : 1)
  }
}
