/// Where everything of a machine with nested guests lies, in each of its address spaces.
struct NestedLayout: Sendable {
  let levels: Int
  /// The bytes of the pages in which L1 and L0 keep the memory of L2's programs.
  let pageBytes: UInt64
  /// The level of the entries that map them.
  let leafLevel: Int
  /// The same of the pages in which L2's kernel gives that memory to its programs.
  let guestPageBytes: UInt64
  let guestLeafLevel: Int

  /// The entries on the way to a page, in L1's extended tables and in L2's own.
  var entries: Int { levels - leafLevel }
  var guestEntries: Int { levels - guestLeafLevel }

  init(levels: Int, pageBytes: UInt64, guestPageBytes: UInt64) throws(NestedError) {
    guard levels == 4 || levels == 5 else { throw .levels(levels) }
    self.levels = levels
    self.pageBytes = pageBytes
    leafLevel = try Self.leafLevel(pageBytes)
    self.guestPageBytes = guestPageBytes
    guestLeafLevel = try Self.leafLevel(guestPageBytes)
  }

  private static func leafLevel(_ pageBytes: UInt64) throws(NestedError) -> Int {
    guard let leaf = (0...2).first(where: { 1 << NestedEntry.shift($0) == pageBytes }) else {
      throw .pageBytes(pageBytes)
    }
    return leaf
  }

  // The machine. L0's tables are below 64 MiB.
  static let tables01: Range<UInt64> = 1 << 20..<16 << 20
  static let tables02: Range<UInt64> = 16 << 20..<64 << 20
  /// Where L1's small pages lie, in reverse order.
  static let smallBase: UInt64 = 64 << 20
  static let lowBytes = 80 << 20
  /// Where L1's large pages lie, in reverse order, and behind them those that L0 moves them to.
  static let largeBase: UInt64 = 1 << 30

  // L1. Its own memory is in pages of 4 KiB, each of which can be protected.
  static let smallBytes: UInt64 = 16 << 20
  static let tablesOfInner: Range<UInt64> = 1 << 20..<2 << 20
  static let tables12: Range<UInt64> = 2 << 20..<6 << 20
  static let shadows12: Range<UInt64> = 6 << 20..<14 << 20
  /// Where the memory of L2's kernel lies.
  static let kernelBacking: UInt64 = 14 << 20
  /// Where the memory for L2's programs lies, in pages of data.
  static let dataBacking: UInt64 = 1 << 30

  // L2. Its kernel's memory starts at 0.
  static let kernelBytes: UInt64 = 1 << 20

  /// How many pages of data L1 has.
  var dataPages: UInt64 { leafLevel == 0 ? 4096 : leafLevel == 1 ? 256 : 16 }

  /// The bytes that an entry of the root maps.
  var rootSpan: UInt64 { 1 << NestedEntry.shift(levels - 1) }
  /// The addresses of L2's programs.
  var program: Range<UInt64> { rootSpan..<8 * rootSpan }
  /// The physical addresses that L2 gives to its programs; L2 takes the same way from the root.
  var data: Range<UInt64> { rootSpan..<8 * rootSpan }
  /// Where a kernel sees all of the memory that it takes for physical.
  var direct: UInt64 { widened(256 * rootSpan) }

  /// The address of the full width, whose upper bits are copies of the highest translated one.
  func widened(_ address: UInt64) -> UInt64 {
    let unused = 64 - Int64(NestedEntry.shift(levels))
    return UInt64(bitPattern: Int64(bitPattern: address << UInt64(unused)) >> unused)
  }

  /// The first page of a program's that a play is about.
  ///
  /// Its indices are not all 0, so that no level's table is met by chance.
  var target: UInt64 {
    var address = rootSpan
    for level in min(leafLevel, guestLeafLevel)..<levels - 1 {
      address |= 5 << NestedEntry.shift(level)
    }
    return address
  }

  /// A page whose way shares the first `populated` entries with the target's, and no more.
  func neighbour(sharing populated: Int) -> UInt64 {
    target ^ 1 << NestedEntry.shift(levels - populated - 1)
  }
}
