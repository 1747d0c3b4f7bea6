// Micro-architecture: this file can be skipped at first reading. No manual describes what is here;
// software that invalidates as the manuals say never sees it but in time.

/// The lines of one cache, in sets.
///
/// A line is a tag, a value, a word of rights, a stamp of its last use, and further words that only
/// slow ways look at. The tags of a set lie side by side, then its values, and so on: a line is named
/// by the place of its tag.
struct CacheArray {
  /// The words of a line that every cache has.
  static let commonWords = 4

  private let words: WordRun
  /// How many lines a set has; 0 where there is no cache.
  let ways: Int
  private let stride: Int
  private let setMask: UInt64
  /// By how much a number is shifted to be mixed with itself before it chooses a set.
  private let fold: UInt64
  private let isTree: Bool

  /// A cache over words that are all zero.
  init(_ shape: CacheShape, extraWords: Int, _ words: WordRun) {
    self.words = words
    ways = shape.ways
    stride = (Self.commonWords + extraWords) * shape.ways
    setMask = UInt64(shape.sets - 1)
    fold = shape.mixesSets ? UInt64(shape.sets.trailingZeroBitCount) : 63
    isTree = shape.replacement == .treeLRU
  }

  /// No cache at all.
  init(none words: WordRun) {
    self.words = words.part(from: 0, 0)
    ways = 0
    stride = 0
    setMask = 0
    fold = 63
    isTree = false
  }

  /// How many words a cache takes.
  static func wordCount(_ shape: CacheShape, extraWords: Int) -> Int {
    (commonWords + extraWords) * shape.lines
  }

  /// Where the set of a number starts.
  @inline(__always)
  private func set(_ number: UInt64) -> Int {
    Int(truncatingIfNeeded: (number ^ number &>> fold) & setMask) &* stride
  }

  /// The place of the line with one of two tags, or a negative number.
  @inline(__always)
  func find(_ number: UInt64, _ tag: UInt64, or other: UInt64) -> Int {
    var place = set(number)
    let end = place &+ ways
    while place < end {
      let found = words[place]
      if found == tag || found == other { return place }
      place &+= 1
    }
    return -1
  }

  /// Notes the use of a line.
  @inline(__always)
  func touch(_ place: Int, _ clock: UInt64) {
    if isTree {
      Self.touchTree(words, ways, stride, place)
    } else {
      words[place &+ 3 &* ways] = clock
    }
  }

  @inline(__always)
  func tag(_ place: Int) -> UInt64 { words[place] }

  @inline(__always)
  func value(_ place: Int) -> UInt64 { words[place &+ ways] }

  @inline(__always)
  func rights(_ place: Int) -> UInt64 { words[place &+ 2 &* ways] }

  @inline(__always)
  func setRights(_ place: Int, _ rights: UInt64) { words[place &+ 2 &* ways] = rights }

  /// A further word of a line.
  @inline(__always)
  func extra(_ place: Int, _ number: Int) -> UInt64 {
    words[place &+ (Self.commonWords &+ number) &* ways]
  }

  @inline(__always)
  func setExtra(_ place: Int, _ number: Int, _ word: UInt64) {
    words[place &+ (Self.commonWords &+ number) &* ways] = word
  }

  /// Makes room for a line: in the line of the same tag, in an empty one, or in the one that was used
  /// least recently.
  @inline(__always)
  func claim(_ number: UInt64, _ tag: UInt64, value: UInt64, rights: UInt64, _ clock: UInt64)
    -> Int
  {
    let place = isTree ? treeVictim(number, tag) : victim(number, tag)
    words[place] = tag
    words[place &+ ways] = value
    words[place &+ 2 &* ways] = rights
    touch(place, clock)
    return place
  }

  @inline(__always)
  private func victim(_ number: UInt64, _ tag: UInt64) -> Int {
    var place = set(number)
    let end = place &+ ways
    var victim = place
    var oldest = ~0 as UInt64
    while place < end {
      if words[place] == tag { return place }
      // An empty line has no stamp, so it is older than any other.
      let stamp = words[place &+ 3 &* ways]
      if stamp < oldest {
        oldest = stamp
        victim = place
      }
      place &+= 1
    }
    return victim
  }

  // The bits of a set's tree lie where its first line would have its stamp: bit n is node n, of which
  // 1 is the root and 2n and 2n+1 are the children; a set bit points to the right.

  // What it needs comes in registers, so that the fast way keeps no copy of the cache.
  @inline(never)
  private static func touchTree(_ words: WordRun, _ ways: Int, _ stride: Int, _ place: Int) {
    let start = place / stride * stride
    var node = ways &+ (place &- start)
    var bits = words[start &+ 3 &* ways]
    while node > 1 {
      // Away from the child that was used.
      let bit = 1 as UInt64 &<< UInt64(node / 2)
      bits = node & 1 == 0 ? bits | bit : bits & ~bit
      node /= 2
    }
    words[start &+ 3 &* ways] = bits
  }

  @inline(never)
  private func treeVictim(_ number: UInt64, _ tag: UInt64) -> Int {
    let start = set(number)
    var empty = -1
    for place in start..<start + ways {
      if words[place] == tag { return place }
      if words[place] == 0, empty < 0 { empty = place }
    }
    if empty >= 0 { return empty }
    let bits = words[start + 3 * ways]
    var node = 1
    while node < ways { node = 2 * node + Int(bits >> UInt64(node) & 1) }
    return start + node - ways
  }

  /// Empties the line at `place`.
  func drop(_ place: Int) {
    words[place] = 0
    if !isTree { words[place + 3 * ways] = 0 }
  }

  /// Empties the lines for which `isMeant` says so of their tag and value, and says how many they were.
  func drop(where isMeant: (_ tag: UInt64, _ value: UInt64) -> Bool) -> Int {
    var dropped = 0
    var start = 0
    while start < words.count {
      dropped += drop(from: start, where: isMeant)
      start += stride
    }
    return dropped
  }

  /// The same for the lines of the set of one number.
  func drop(inSetOf number: UInt64, where isMeant: (_ tag: UInt64, _ value: UInt64) -> Bool)
    -> Int
  {
    ways == 0 ? 0 : drop(from: set(number), where: isMeant)
  }

  private func drop(
    from start: Int, where isMeant: (_ tag: UInt64, _ value: UInt64) -> Bool
  ) -> Int {
    var dropped = 0
    for place in start..<start + ways where words[place] != 0 {
      guard isMeant(words[place], words[place + ways]) else { continue }
      drop(place)
      dropped += 1
    }
    return dropped
  }

  /// Takes the rights away that lines hold for the sake of speed.
  func forgetRights(keeping mask: UInt64) {
    var start = 0
    while start < words.count {
      for place in start..<start + ways { setRights(place, rights(place) & mask) }
      start += stride
    }
  }

  /// How many lines are in use.
  var used: Int {
    var used = 0
    var start = 0
    while start < words.count {
      for place in start..<start + ways where words[place] != 0 { used += 1 }
      start += stride
    }
    return used
  }
}
