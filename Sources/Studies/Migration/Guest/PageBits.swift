import Hypervisor

/// A bit for each page of a guest.
struct PageBits {
  private(set) var words: [UInt64]
  let pages: Int

  init(pages: Int, isFull: Bool = false) {
    self.pages = pages
    words = Array(repeating: isFull ? ~0 : 0, count: (pages + 63) >> 6)
    if isFull, pages & 63 != 0 { words[words.count - 1] = 1 << UInt64(pages & 63) - 1 }
  }

  /// The pages of a log that begins at address 0.
  init(_ logged: SlotPages) {
    words = logged.words
    pages = Int(logged.bytes >> 12)
  }

  @inline(__always)
  subscript(page: Int) -> Bool { words[page &>> 6] & 1 &<< UInt64(page & 63) != 0 }

  @inline(__always)
  mutating func insert(_ page: Int) { words[page &>> 6] |= 1 &<< UInt64(page & 63) }

  @inline(__always)
  mutating func remove(_ page: Int) { words[page &>> 6] &= ~(1 &<< UInt64(page & 63)) }

  mutating func removeAll() {
    for number in words.indices { words[number] = 0 }
  }

  mutating func formUnion(_ other: PageBits) {
    for number in words.indices { words[number] |= other.words[number] }
  }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The first page from `page` on that is in; nothing behind the last.
  func next(from page: Int) -> Int? {
    guard page < pages else { return nil }
    var number = page >> 6
    var word = words[number] & (~0 << UInt64(page & 63))
    while word == 0 {
      number += 1
      guard number < words.count else { return nil }
      word = words[number]
    }
    return number << 6 + word.trailingZeroBitCount
  }

  /// Makes runs of `unit` pages whole of which any page is in.
  mutating func widen(to unit: Int) {
    guard unit > 1 else { return }
    var page = next(from: 0)
    while let found = page {
      let start = found & ~(unit - 1)
      let end = min(start + unit, pages)
      for number in start..<end { insert(number) }
      page = next(from: end)
    }
  }
}
