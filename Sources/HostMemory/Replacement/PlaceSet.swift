/// A set of places in a range, which finds the nearest one at or below a place in a few steps.
///
/// Each word of a level says which words of the level below hold anything.
struct PlaceSet: ~Copyable {
  private let words: FlatArray<UInt64>
  /// Where each level starts in the words, from the lowest up.
  private let starts: FlatArray<Int>

  /// No place of a range from 0 to `count`.
  init(count: Int) {
    var sizes = [max(1, (count + 63) / 64)]
    while let last = sizes.last, last > 1 { sizes.append((last + 63) / 64) }
    starts = FlatArray(repeating: 0, count: sizes.count)
    var total = 0
    for (level, size) in sizes.enumerated() {
      starts[level] = total
      total += size
    }
    words = FlatArray(repeating: 0, count: total)
  }

  @inline(__always)
  func insert(_ place: Int) {
    var place = place
    var level = 0
    while level < starts.count {
      let word = starts[level] &+ place >> 6
      let before = words[word]
      words[word] = before | 1 &<< UInt64(truncatingIfNeeded: place & 63)
      // What lies above already knows of this word.
      if before != 0 { return }
      place >>= 6
      level &+= 1
    }
  }

  @inline(__always)
  func remove(_ place: Int) {
    var place = place
    var level = 0
    while level < starts.count {
      let word = starts[level] &+ place >> 6
      let after = words[word] & ~(1 &<< UInt64(truncatingIfNeeded: place & 63))
      words[word] = after
      if after != 0 { return }
      place >>= 6
      level &+= 1
    }
  }

  /// The highest place of the set that is not above `limit`, or a negative number.
  @inline(__always)
  func last(through limit: Int) -> Int {
    let word = limit >> 6
    // The bits up to and with the limit's.
    let mask = ~0 as UInt64 &>> UInt64(truncatingIfNeeded: 63 &- limit & 63)
    let bits = words[word] & mask
    if bits != 0 { return word &<< 6 | (63 &- bits.leadingZeroBitCount) }
    return lastBelow(word)
  }

  /// The highest place in a word of the lowest level before `word`.
  private func lastBelow(_ word: Int) -> Int {
    var place = word
    var level = 1
    while level < starts.count {
      let bits = words[starts[level] &+ place >> 6] & (1 &<< UInt64(place & 63) &- 1)
      place >>= 6
      if bits != 0 {
        place = place << 6 | (63 - bits.leadingZeroBitCount)
        while level > 0 {
          level -= 1
          let below = words[starts[level] &+ place]
          place = place << 6 | (63 - below.leadingZeroBitCount)
        }
        return place
      }
      level += 1
    }
    return -1
  }
}
