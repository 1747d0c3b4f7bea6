/// S3-FIFO: a small queue for new pages, a main queue that works like a two-bit clock, and a queue that
/// remembers what the small one has dropped.
struct S3FIFOReplacer: Replacer, ~Copyable {
  private static let small: UInt32 = 0
  private static let main: UInt32 = 1
  private static let ghost: UInt32 = 2
  private static let nowhere: UInt8 = 3 << 2
  private static let countMask: UInt8 = 3

  private let lists: PageLists
  /// The queue a page is on above two bits of its count.
  private let states: FlatArray<UInt8>
  private let frames: Int
  private let smallTarget: Int
  private let ghostLimit: Int
  private var smallCount = 0
  private var mainCount = 0
  private var ghostCount = 0

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    lists = PageLists(3, pages: pages)
    states = FlatArray(repeating: Self.nowhere, count: pages)
    self.frames = frames
    smallTarget = frames / 10
    ghostLimit = frames - (frames + 9) / 10
  }

  @inline(__always)
  mutating func reference(_ page: UInt32) -> Reply {
    let state = states[page]
    let list = UInt32(state >> 2)
    if list <= Self.main {
      if state & Self.countMask != Self.countMask { states[page] = state &+ 1 }
      return .hit
    }
    let wasDropped = list == Self.ghost
    if wasDropped {
      lists.remove(page)
      ghostCount &-= 1
    }
    var reply = Reply.loaded
    while smallCount &+ mainCount >= frames {
      if let victim = evict() { reply = .evicted(victim) }
    }
    if wasDropped {
      place(page, Self.main)
      mainCount &+= 1
    } else {
      place(page, Self.small)
      smallCount &+= 1
    }
    return reply
  }

  @inline(__always)
  private func place(_ page: UInt32, _ list: UInt32, count: UInt8 = 0) {
    lists.pushFront(page, list)
    states[page] = UInt8(truncatingIfNeeded: list) &<< 2 | count
  }

  @inline(__always)
  private mutating func evict() -> UInt32? {
    smallCount > 0 && smallCount >= smallTarget ? evictSmall() : evictMain()
  }

  /// Drops the first page of the small queue that has not been referenced twice; the others move on.
  private mutating func evictSmall() -> UInt32? {
    while smallCount > 0 {
      let page = lists.popBack(Self.small)
      smallCount &-= 1
      guard states[page] & Self.countMask > 1 else {
        remember(page)
        return page
      }
      place(page, Self.main)
      mainCount &+= 1
    }
    return nil
  }

  private mutating func remember(_ page: UInt32) {
    if ghostCount >= ghostLimit, ghostCount > 0 {
      states[lists.popBack(Self.ghost)] = Self.nowhere
      ghostCount &-= 1
    }
    guard ghostLimit > 0 else {
      states[page] = Self.nowhere
      return
    }
    place(page, Self.ghost)
    ghostCount &+= 1
  }

  private mutating func evictMain() -> UInt32? {
    while true {
      let page = lists.popBack(Self.main)
      let count = states[page] & Self.countMask
      guard count == 0 else {
        place(page, Self.main, count: count &- 1)
        continue
      }
      states[page] = Self.nowhere
      mainCount &-= 1
      return page
    }
  }
}
