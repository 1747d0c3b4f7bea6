/// The adaptive replacement cache, as in figure 4 of the paper of 2003: T1 and T2 hold pages seen once and
/// more often, B1 and B2 remember what was evicted from them, and p, a real number, is the target for the
/// size of T1.
struct ARCReplacer: Replacer, ~Copyable {
  private static let t1: UInt32 = 0
  private static let t2: UInt32 = 1
  private static let b1: UInt32 = 2
  private static let b2: UInt32 = 3
  private static let nowhere: UInt8 = 4

  private let lists: PageLists
  private let places: FlatArray<UInt8>
  private let frames: Int
  private var target = 0.0
  private var t1Count = 0
  private var t2Count = 0
  private var b1Count = 0
  private var b2Count = 0

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    lists = PageLists(4, pages: pages)
    places = FlatArray(repeating: Self.nowhere, count: pages)
    self.frames = frames
  }

  @inline(__always)
  mutating func reference(_ page: UInt32) -> Reply {
    switch UInt32(places[page]) {
    case Self.t2:
      lists.remove(page)
      lists.pushFront(page, Self.t2)
      return .hit
    case Self.t1:
      lists.remove(page)
      place(page, Self.t2)
      t1Count &-= 1
      t2Count &+= 1
      return .hit
    case Self.b1:
      // Case II.
      let step = b1Count >= b2Count ? 1 : Double(b2Count) / Double(b1Count)
      target = min(target + step, Double(frames))
      let victim = replace(isInB2: false)
      lists.remove(page)
      b1Count &-= 1
      place(page, Self.t2)
      t2Count &+= 1
      return .evicted(victim)
    case Self.b2:
      // Case III.
      let step = b2Count >= b1Count ? 1 : Double(b1Count) / Double(b2Count)
      target = max(target - step, 0)
      let victim = replace(isInB2: true)
      lists.remove(page)
      b2Count &-= 1
      place(page, Self.t2)
      t2Count &+= 1
      return .evicted(victim)
    default:
      let reply = makeRoom()
      place(page, Self.t1)
      t1Count &+= 1
      return reply
    }
  }

  @inline(__always)
  private func place(_ page: UInt32, _ list: UInt32) {
    lists.pushFront(page, list)
    places[page] = UInt8(truncatingIfNeeded: list)
  }

  /// Case IV, up to the new page.
  @inline(__always)
  private mutating func makeRoom() -> Reply {
    if t1Count &+ b1Count == frames {
      guard t1Count < frames else {
        let victim = lists.popBack(Self.t1)
        places[victim] = Self.nowhere
        t1Count &-= 1
        return .evicted(victim)
      }
      places[lists.popBack(Self.b1)] = Self.nowhere
      b1Count &-= 1
      return .evicted(replace(isInB2: false))
    }
    let all = t1Count &+ t2Count &+ b1Count &+ b2Count
    guard all >= frames else { return .loaded }
    if all == 2 &* frames {
      places[lists.popBack(Self.b2)] = Self.nowhere
      b2Count &-= 1
    }
    return .evicted(replace(isInB2: false))
  }

  /// The paper's REPLACE.
  @inline(__always)
  private mutating func replace(isInB2: Bool) -> UInt32 {
    let size = Double(t1Count)
    if t1Count >= 1, size > target || (isInB2 && size == target) {
      let victim = lists.popBack(Self.t1)
      place(victim, Self.b1)
      t1Count &-= 1
      b1Count &+= 1
      return victim
    }
    let victim = lists.popBack(Self.t2)
    place(victim, Self.b2)
    t2Count &-= 1
    b2Count &+= 1
    return victim
  }
}
