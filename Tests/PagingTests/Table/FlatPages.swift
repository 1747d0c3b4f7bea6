@testable import Paging

/// What tables should hold, as a plain list of pages: no levels, no entries, no walk.
struct FlatPages {
  struct Page: Equatable {
    var start: UInt64
    var bytes: UInt64
    var target: UInt64
    var attributes: PageAttributes

    var end: UInt64 { start + bytes }

    func overlaps(_ range: Range<UInt64>) -> Bool {
      start < range.upperBound && range.lowerBound < end
    }
  }

  let shape: TableShape
  /// Whether being dirty is the right to write itself, as on Arm.
  let dirtyIsWritable: Bool
  /// The pages by address.
  private(set) var pages: [Page] = []

  init(_ shape: TableShape, _ isa: ISA) {
    self.shape = shape
    dirtyIsWritable = isa == .arm
  }

  func page(at address: UInt64) -> Page? {
    pages.first { $0.start <= address && address < $0.end }
  }

  /// The tables that these pages need, beside the root: one for each stretch of a level that holds a
  /// page of a lower one.
  var tables: Int {
    var stretches: Set<[UInt64]> = []
    for page in pages {
      let level = shape.leaf(ofPageBytes: page.bytes)?.level ?? 0
      for above in level + 1..<max(level + 1, shape.levels) {
        stretches.insert([UInt64(above), page.start >> UInt64(shape.shift(ofLevel: above))])
      }
    }
    return stretches.count
  }

  /// Whether every address of a range is mapped.
  func covers(_ range: Range<UInt64>) -> Bool {
    var at = range.lowerBound
    for page in pages where page.overlaps(range) {
      guard page.start <= at else { return false }
      at = page.end
    }
    return at >= range.upperBound
  }

  /// Whether a range ends inside a page.
  func cuts(_ range: Range<UInt64>) -> Bool {
    pages.contains {
      $0.overlaps(range) && ($0.start < range.lowerBound || $0.end > range.upperBound)
    }
  }

  /// The attributes as the format keeps them.
  private func kept(_ attributes: PageAttributes) -> PageAttributes {
    var kept = attributes
    if dirtyIsWritable, !kept.write { kept.isDirty = false }
    return kept
  }

  /// Maps a range in pages of one size, or in the largest that fit, chosen one after the other.
  mutating func map(
    _ range: Range<UInt64>, to target: UInt64, _ attributes: PageAttributes, pageBytes: UInt64?
  ) {
    var at = range.lowerBound
    while at < range.upperBound {
      let place = target + (at - range.lowerBound)
      let bytes =
        pageBytes
        ?? shape.pageSizes.last {
          at % $0 == 0 && place % $0 == 0 && $0 <= range.upperBound - at
        } ?? shape.pageSizes[0]
      pages.append(Page(start: at, bytes: bytes, target: place, attributes: kept(attributes)))
      at += bytes
    }
    pages.sort { $0.start < $1.start }
  }

  /// The entries that all pages take.
  var entries: Int { pages.reduce(0) { $0 + entries(of: $1) } }

  private func entries(of page: Page) -> Int {
    1 << (shape.leaf(ofPageBytes: page.bytes)?.groupBits ?? 0)
  }

  /// Unmaps the pages of a range and says how many entries they took.
  mutating func unmap(_ range: Range<UInt64>) -> Int {
    let before = entries
    pages.removeAll { $0.overlaps(range) }
    return before - entries
  }

  /// Changes the pages of a range and says how many entries became different.
  mutating func change(_ range: Range<UInt64>, _ body: (inout PageAttributes) -> Void) -> Int {
    var count = 0
    for number in pages.indices where pages[number].overlaps(range) {
      var attributes = pages[number].attributes
      body(&attributes)
      attributes = kept(attributes)
      if attributes != pages[number].attributes { count += entries(of: pages[number]) }
      pages[number].attributes = attributes
    }
    return count
  }
}
