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

  /// The entries of the smallest page and of larger ones that can be marked to stand for one page
  /// together, as a power of two; 0 where none can.
  private let pageGroupBits: Int
  private let blockGroupBits: Int

  init(
    levels: Int, indexBits: Int, rootExtraBits: Int, pageShift: Int, mostLeafLevel: Int,
    pageGroupBits: Int = 0, blockGroupBits: Int = 0
  ) {
    self.levels = levels
    self.indexBits = indexBits
    self.rootExtraBits = rootExtraBits
    self.pageShift = pageShift
    self.pageGroupBits = pageGroupBits
    self.blockGroupBits = blockGroupBits
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

  /// The sizes of page that the format has an entry for, the smallest first.
  public var pageSizes: [UInt64] { leafLevels.map { pageBytes(ofLevel: $0) } }

  /// The sizes of page that take several entries side by side, each of them marked: RISC-V's Svnapot
  /// and Arm's contiguous bit.
  public var groupSizes: [UInt64] {
    leafLevels.compactMap { level in
      let bits = groupBits(ofLevel: level)
      return bits == 0 ? nil : pageBytes(ofLevel: level) << UInt64(bits)
    }
  }

  /// How many entries of a level can stand for one page together, as a power of two.
  func groupBits(ofLevel level: Int) -> Int {
    let bits = level == 0 ? pageGroupBits : blockGroupBits
    let entryBits = level == levels - 1 ? indexBits + rootExtraBits : indexBits
    return leafLevels ~= level && bits <= entryBits ? bits : 0
  }

  /// The level and the entries, as a power of two, of pages of a size, if the format has such pages.
  func leaf(ofPageBytes bytes: UInt64) -> (level: Int, groupBits: Int)? {
    if let level = level(ofPageBytes: bytes) { return (level, 0) }
    for level in leafLevels {
      let bits = groupBits(ofLevel: level)
      if bits > 0, pageBytes(ofLevel: level) << UInt64(bits) == bytes { return (level, bits) }
    }
    return nil
  }
}

extension TableShape {
  /// The shape of x86's tables.
  static func x86(_ levels: Int) -> TableShape {
    TableShape(levels: levels, indexBits: 9, rootExtraBits: 0, pageShift: 12, mostLeafLevel: 2)
  }

  /// The shape of RISC-V's tables; Svnapot has a page of 16 entries of level 0.
  static func riscv(_ levels: Int, rootExtraBits: Int = 0) -> TableShape {
    TableShape(
      levels: levels, indexBits: 9, rootExtraBits: rootExtraBits, pageShift: 12,
      mostLeafLevel: levels - 1, pageGroupBits: 4)
  }

  /// The shape of Arm's tables of a granule, for addresses of `inputBits` bits from a start level on.
  static func arm(pageShift: Int, inputBits: Int, levels: Int) -> TableShape {
    let indexBits = pageShift - 3
    // Arm ARM D8.3, "Translation table descriptor formats": blocks are at level 1 and 2 for the 4K
    // granule and at level 2 for the others; the levels above need FEAT_LPA2 or FEAT_LPA. The
    // contiguous bit marks 16 entries of the 4K granule, 128 pages or 32 blocks of the 16K granule, and
    // 32 entries of the 64K granule.
    return TableShape(
      levels: levels, indexBits: indexBits,
      rootExtraBits: inputBits - pageShift - indexBits * levels, pageShift: pageShift,
      mostLeafLevel: pageShift == 12 ? 2 : 1,
      pageGroupBits: pageShift == 12 ? 4 : pageShift == 14 ? 7 : 5,
      blockGroupBits: pageShift == 12 ? 4 : 5)
  }
}
