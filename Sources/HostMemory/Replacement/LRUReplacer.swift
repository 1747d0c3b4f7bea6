/// Least recently used: a hit moves the page to the front, and the page at the back goes.
struct LRUReplacer: Replacer, ~Copyable {
  private let recency: PageLists
  private let isResident: FlatArray<UInt8>
  private let frames: Int
  private var used = 0

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    recency = PageLists(1, pages: pages)
    isResident = FlatArray(repeating: 0, count: pages)
    self.frames = frames
  }

  @inline(__always)
  mutating func reference(_ page: UInt32) -> Reply {
    if isResident[page] != 0 {
      recency.remove(page)
      recency.pushFront(page, 0)
      return .hit
    }
    isResident[page] = 1
    if used < frames {
      used &+= 1
      recency.pushFront(page, 0)
      return .loaded
    }
    let victim = recency.popBack(0)
    isResident[victim] = 0
    recency.pushFront(page, 0)
    return .evicted(victim)
  }
}
