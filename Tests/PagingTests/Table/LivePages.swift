@testable import Paging

/// What tables should hold after live edits: a plain list of pages, which may be cut and joined.
struct LivePages {
  typealias Page = FlatPages.Page

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
    number(of: address).map { pages[$0] }
  }

  /// Where in the list the page of an address is, or nothing.
  private func number(of address: UInt64) -> Int? {
    let after = firstBehind(address)
    return after > 0 && pages[after - 1].end > address ? after - 1 : nil
  }

  /// The first page that starts behind an address.
  private func firstBehind(_ address: UInt64) -> Int {
    var low = 0
    var high = pages.count
    while low < high {
      let middle = (low + high) / 2
      if pages[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func numbers(in range: Range<UInt64>) -> Range<Int> {
    let first = number(of: range.lowerBound) ?? firstBehind(range.lowerBound)
    return first..<max(first, firstBehind(range.upperBound - 1))
  }

  func pages(in range: Range<UInt64>) -> ArraySlice<Page> { pages[numbers(in: range)] }

  func covers(_ range: Range<UInt64>) -> Bool {
    var at = range.lowerBound
    for page in pages(in: range) {
      guard page.start <= at else { return false }
      at = page.end
    }
    return at >= range.upperBound
  }

  /// The attributes as the format keeps them.
  private func kept(_ attributes: PageAttributes) -> PageAttributes {
    var kept = attributes
    if dirtyIsWritable, !kept.write { kept.isDirty = false }
    return kept
  }

  mutating func map(
    _ range: Range<UInt64>, to target: UInt64, _ attributes: PageAttributes, _ bytes: UInt64
  ) {
    let added = stride(from: range.lowerBound, to: range.upperBound, by: Int(bytes)).map {
      Page(
        start: $0, bytes: bytes, target: target + ($0 - range.lowerBound),
        attributes: kept(attributes))
    }
    let place = firstBehind(range.lowerBound)
    pages.insert(contentsOf: added, at: place)
  }

  /// The size that a page falls apart into at one go.
  private func next(below bytes: UInt64) -> UInt64? {
    shape.pageSizes.last { $0 < bytes }
  }

  /// Cuts the page of an address until it has a size or, without one, starts at the address.
  mutating func split(_ address: UInt64, to bytes: UInt64?, _ children: SplitChildren) {
    while let number = number(of: address), let part = next(below: pages[number].bytes) {
      let page = pages[number]
      if let bytes, page.bytes <= bytes { return }
      if bytes == nil, page.start == address { return }
      let parts = stride(from: page.start, to: page.end, by: Int(part)).map {
        Page(
          start: $0, bytes: part, target: page.target + ($0 - page.start),
          attributes: page.attributes)
      }.filter { children == .all || $0.start <= address && address < $0.end }
      pages.replaceSubrange(number...number, with: parts)
    }
  }

  /// Makes pages one, and says whether they are fit for it.
  mutating func collapse(_ range: Range<UInt64>) -> Bool {
    let numbers = numbers(in: range)
    let bytes = range.upperBound - range.lowerBound
    guard covers(range), let first = pages[numbers].first, let part = next(below: bytes),
      first.target % bytes == 0
    else { return false }
    var attributes = first.attributes
    for page in pages[numbers] {
      // Those of a group are as large as their entries.
      let entry = shape.leaf(ofPageBytes: page.bytes).map { shape.pageBytes(ofLevel: $0.level) }
      var same = page.attributes
      same.isAccessed = first.attributes.isAccessed
      same.isDirty = first.attributes.isDirty
      guard entry == part, same == first.attributes,
        page.target == first.target + (page.start - first.start)
      else { return false }
      attributes.isAccessed = attributes.isAccessed || page.attributes.isAccessed
      attributes.isDirty = attributes.isDirty || page.attributes.isDirty
    }
    let page = Page(
      start: range.lowerBound, bytes: bytes, target: first.target, attributes: attributes)
    pages.replaceSubrange(numbers, with: [page])
    return true
  }

  mutating func unmap(_ range: Range<UInt64>) { pages.removeSubrange(numbers(in: range)) }

  mutating func remap(_ address: UInt64, to target: UInt64, _ attributes: PageAttributes) {
    guard let number = number(of: address) else { return }
    pages[number].target = target
    pages[number].attributes = kept(attributes)
  }

  mutating func change(_ range: Range<UInt64>, _ body: (inout PageAttributes) -> Void) {
    for number in numbers(in: range) {
      body(&pages[number].attributes)
      pages[number].attributes = kept(pages[number].attributes)
    }
  }
}
