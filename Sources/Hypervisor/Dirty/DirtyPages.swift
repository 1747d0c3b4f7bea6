public import Paging

/// The pages of a slot that were written: a bit for each page of 4 KiB.
public struct DirtyPages: Sendable, Hashable {
  /// The slot's first address.
  public let start: GuestPhysical
  /// The slot's bytes.
  public let bytes: UInt64
  /// The bits, from the lowest of the first word on.
  public internal(set) var words: [UInt64]

  /// No pages of a slot.
  init(_ slot: Slot) {
    start = slot.start
    bytes = slot.bytes
    words = Array(repeating: 0, count: Int((slot.bytes >> 12 &+ 63) >> 6))
  }

  /// How many pages there are.
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Whether an address of the slot lies in one of them.
  public func contains(_ address: GuestPhysical) -> Bool {
    let page = (address.value &- start.value) >> 12
    guard page < bytes >> 12 else { return false }
    return words[Int(page >> 6)] & 1 << (page & 63) != 0
  }

  /// Where the runs of pages side by side begin and end.
  var runs: [Range<UInt64>] {
    var runs: [Range<UInt64>] = []
    for (number, word) in words.enumerated() where word != 0 {
      var left = word
      while left != 0 {
        let bit = UInt64(left.trailingZeroBitCount)
        left &= left &- 1
        let from = start.value &+ (UInt64(number) << 6 | bit) << 12
        if let last = runs.last, last.upperBound == from {
          runs[runs.count - 1] = last.lowerBound..<from &+ 4096
        } else {
          runs.append(from..<from &+ 4096)
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

  /// Takes pages out that `other` has, and gives those that were in.
  mutating func remove(_ other: DirtyPages) -> DirtyPages {
    var removed = self
    for number in words.indices {
      removed.words[number] &= other.words[number]
      words[number] &= ~other.words[number]
    }
    return removed
  }
}

/// A slot's writes as they are logged.
struct DirtyLog {
  let splitting: LogSplitting
  var pages: DirtyPages
}
