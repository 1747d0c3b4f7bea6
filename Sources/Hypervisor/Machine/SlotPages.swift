public import Paging

/// Some pages of a slot: a bit for each page of 4 KiB, as in KVM's bitmaps.
public struct SlotPages: Sendable, Hashable {
  /// The slot's first address.
  public let start: GuestPhysical
  /// The slot's bytes.
  public let bytes: UInt64
  /// The bits, from the lowest of the first word on.
  public internal(set) var words: [UInt64]

  /// No pages of a slot, or all.
  init(_ slot: Slot, isFull: Bool = false) {
    start = slot.start
    bytes = slot.bytes
    let pages = slot.bytes >> 12
    words = Array(repeating: isFull ? ~0 : 0, count: Int((pages &+ 63) >> 6))
    if isFull, pages & 63 != 0 { words[words.count - 1] = 1 << (pages & 63) - 1 }
  }

  /// No room for pages, where none are kept.
  init(without slot: Slot) {
    start = slot.start
    bytes = slot.bytes
    words = []
  }

  /// How many pages there are.
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Whether an address of the slot lies in one of them.
  public func contains(_ address: GuestPhysical) -> Bool {
    let page = (address.value &- start.value) >> 12
    guard page < bytes >> 12 else { return false }
    return words[Int(page >> 6)] & 1 << (page & 63) != 0
  }

  /// Those of the pages that a range of addresses meets: what is cleared in chunks is cut so.
  public func clamped(to range: Range<GuestPhysical>) -> SlotPages {
    var pages = self
    let low = max(range.lowerBound.value, start.value) &- start.value
    let high = min(max(range.upperBound.value, start.value) &- start.value, bytes)
    let first = low >> 12
    let end = (high &+ 4095) >> 12
    for number in words.indices {
      let base = UInt64(number) << 6
      var mask: UInt64 = ~0
      if base < first { mask &= first &- base >= 64 ? 0 : ~0 << (first &- base) }
      if base &+ 64 > end { mask &= end <= base ? 0 : ~0 >> (base &+ 64 &- end) }
      pages.words[number] &= mask
    }
    return pages
  }

  /// Where the runs of pages side by side begin and end.
  var runs: [Range<UInt64>] { Self.runs(words[...], from: start) }

  /// The runs of the pages that words stand for, counted from an address.
  static func runs(
    _ words: ArraySlice<UInt64>, from start: GuestPhysical
  ) -> [Range<UInt64>] {
    var runs: [Range<UInt64>] = []
    for (number, word) in words.enumerated() where word != 0 {
      var left = word
      while left != 0 {
        let bit = UInt64(left.trailingZeroBitCount)
        let length = UInt64((~(left >> bit)).trailingZeroBitCount)
        left = bit &+ length >= 64 ? 0 : left & (~0 << (bit &+ length))
        let from = start.value &+ (UInt64(number) << 6 | bit) << 12
        if let last = runs.last, last.upperBound == from {
          runs[runs.count - 1] = last.lowerBound..<from &+ length << 12
        } else {
          runs.append(from..<from &+ length << 12)
        }
      }
    }
    return runs
  }

  /// Notes a page.
  mutating func insert(_ address: GuestPhysical) {
    let page = (address.value &- start.value) >> 12
    words[Int(page >> 6)] |= 1 << (page & 63)
  }

  /// Notes all pages of the slot that a larger page has.
  mutating func insert(_ address: GuestPhysical, bytes pageBytes: UInt64) {
    guard pageBytes > 4096 else { return insert(address) }
    let low = max(address.value & ~(pageBytes &- 1), start.value)
    let high = min((address.value | (pageBytes &- 1)) &+ 1, start.value &+ bytes)
    for page in stride(from: low, to: high, by: 4096) { insert(GuestPhysical(page)) }
  }

  /// Takes the pages of a range out.
  mutating func remove(_ range: Range<UInt64>) {
    for page in stride(from: range.lowerBound, to: range.upperBound, by: 4096) {
      let number = (page &- start.value) >> 12
      words[Int(number >> 6)] &= ~(1 << (number & 63))
    }
  }

  /// Notes the pages that `other` has.
  mutating func formUnion(_ other: SlotPages) {
    for number in words.indices { words[number] |= other.words[number] }
  }

  /// Takes pages out that some words of `other` have, and gives the words of those that were in.
  mutating func remove(_ other: SlotPages, words range: Range<Int>) -> [UInt64] {
    var removed: [UInt64] = []
    removed.reserveCapacity(range.count)
    for number in range {
      removed.append(words[number] & other.words[number])
      words[number] &= ~other.words[number]
    }
    return removed
  }

  /// Takes pages out whose words begin at a place.
  mutating func remove(_ removed: [UInt64], at first: Int) {
    for number in removed.indices { words[first + number] &= ~removed[number] }
  }

  /// Takes pages out that `other` has, and gives those that were in.
  mutating func remove(_ other: SlotPages) -> SlotPages {
    var removed = self
    for number in words.indices {
      removed.words[number] &= other.words[number]
      words[number] &= ~other.words[number]
    }
    return removed
  }
}
