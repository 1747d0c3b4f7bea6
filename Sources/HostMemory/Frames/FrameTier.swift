/// Runs of frames of one order, of which each group of 512 makes a run of the next larger order.
///
/// A group that is neither all free nor all taken is broken: its free runs have a bit each, and it stands
/// in its node's list of broken groups. Free runs merge by themselves: a group whose last taken run
/// comes back is whole again, and belongs to the tier above.
struct FrameTier: ~Copyable {
  /// One bit for each run, set for a free run of a broken group.
  private var bits: FlatWords
  /// A word for each group: the next and the previous one in its list, and how many runs are free.
  private var links: FlatWords
  /// The first broken group of each node; 0 is none, and all numbers are one higher.
  private var heads: FlatWords

  private static let linkMask: UInt64 = 1 << 24 - 1
  private static let countShift: UInt64 = 48

  init(groups: Int, nodes: Int) {
    bits = FlatWords(count: groups * 8)
    links = FlatWords(count: groups)
    heads = FlatWords(count: nodes)
  }

  /// The bytes of memory that the records take.
  var residentBytes: Int { bits.residentBytes + links.residentBytes + heads.residentBytes }

  /// A free run of a node's broken groups.
  mutating func take(node: Int) -> UInt64? {
    let head = heads[node]
    guard head != 0 else { return nil }
    let group = Int(truncatingIfNeeded: head &- 1)
    var place = group &* 8
    while bits[place] == 0 { place &+= 1 }
    let word = bits[place]
    bits[place] = word & (word &- 1)
    links[group] = links[group] &- 1 &<< Self.countShift
    if links[group] >> Self.countShift == 0 { unlink(group, node) }
    return UInt64(truncatingIfNeeded: place) &<< 6 | UInt64(word.trailingZeroBitCount)
  }

  /// Takes a run back, and says whether its group is now whole: then it has left the tier.
  mutating func give(_ run: UInt64, node: Int) -> Bool {
    let group = Int(truncatingIfNeeded: run &>> 9)
    let place = Int(truncatingIfNeeded: run &>> 6)
    bits[place] |= 1 &<< (run & 63)
    links[group] = links[group] &+ 1 &<< Self.countShift
    switch links[group] >> Self.countShift {
    case 1: link(group, node)
    case 512:
      unlink(group, node)
      links[group] = 0
      for word in 0..<8 { bits[group &* 8 &+ word] = 0 }
      return true
    default: break
    }
    return false
  }

  /// Takes in a group that has been whole, or the first `count` runs of one that has no more.
  mutating func breakUp(_ group: UInt64, runs count: Int = 512, node: Int) {
    let group = Int(truncatingIfNeeded: group)
    for word in 0..<8 {
      let left = max(0, min(64, count - word * 64))
      bits[group * 8 + word] = left == 64 ? ~0 : 1 << UInt64(left) - 1
    }
    links[group] = UInt64(count) << Self.countShift
    link(group, node)
  }

  /// Whether a run is free and its group broken.
  func isFree(_ run: UInt64) -> Bool {
    bits[Int(truncatingIfNeeded: run >> 6)] & 1 << (run & 63) != 0
  }

  /// How many runs of a broken group are free.
  func free(inGroup group: UInt64) -> UInt64 { links[Int(group)] >> Self.countShift }

  private mutating func link(_ group: Int, _ node: Int) {
    let head = heads[node]
    links[group] = links[group] & (~0 << Self.countShift) | head
    if head != 0 {
      let next = Int(truncatingIfNeeded: head &- 1)
      links[next] = links[next] & ~(Self.linkMask << 24) | UInt64(group &+ 1) << 24
    }
    heads[node] = UInt64(group &+ 1)
  }

  private mutating func unlink(_ group: Int, _ node: Int) {
    let next = links[group] & Self.linkMask
    let previous = links[group] >> 24 & Self.linkMask
    if previous == 0 {
      heads[node] = next
    } else {
      let place = Int(truncatingIfNeeded: previous &- 1)
      links[place] = links[place] & ~Self.linkMask | next
    }
    if next != 0 {
      let place = Int(truncatingIfNeeded: next &- 1)
      links[place] = links[place] & ~(Self.linkMask << 24) | previous << 24
    }
    links[group] &= ~0 << Self.countShift
  }
}
