import Guests

/// The pages that a processor writes in an iteration: one at a random place in each of as many parts of
/// its memory, so that it is exactly that many, from the lowest to the highest.
struct WrittenPages: Sequence, IteratorProtocol {
  private let pages: UInt64
  private let written: UInt64
  private var number: UInt64 = 0
  private var random: SplitMix64

  /// So many of a number of pages.
  init(_ written: UInt64, of pages: UInt64, seed: UInt64) {
    self.pages = pages
    self.written = written
    random = SplitMix64(seed: seed)
  }

  /// The number of the next page.
  mutating func next() -> UInt64? {
    guard number < written else { return nil }
    let first = Self.part(number, pages, written)
    number &+= 1
    return first &+ random.below(Self.part(number, pages, written) &- first)
  }

  /// Where a part begins.
  private static func part(_ number: UInt64, _ pages: UInt64, _ parts: UInt64) -> UInt64 {
    // Pages are at most 2³⁰ of a processor, so that the product has room.
    number &* pages / parts
  }
}
