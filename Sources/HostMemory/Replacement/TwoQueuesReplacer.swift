/// 2Q, the full version: new pages go through a queue (A1in); what falls out of it is remembered (A1out),
/// and a page that is referenced while it is remembered joins the list of hot pages (Am).
struct TwoQueuesReplacer: Replacer, ~Copyable {
  private static let queue: UInt32 = 0
  private static let remembered: UInt32 = 1
  private static let hot: UInt32 = 2
  private static let nowhere: UInt8 = 3

  private let lists: PageLists
  private let places: FlatArray<UInt8>
  private let frames: Int
  /// Kin and Kout.
  private let queueLimit: Int
  private let rememberedLimit: Int
  private var queued = 0
  private var rememberedCount = 0
  private var used = 0

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    lists = PageLists(3, pages: pages)
    places = FlatArray(repeating: Self.nowhere, count: pages)
    self.frames = frames
    queueLimit = frames / 4
    rememberedLimit = frames / 2
  }

  @inline(__always)
  mutating func reference(_ page: UInt32) -> Reply {
    switch UInt32(places[page]) {
    case Self.hot:
      lists.remove(page)
      lists.pushFront(page, Self.hot)
      return .hit
    case Self.queue:
      return .hit
    case Self.remembered:
      lists.remove(page)
      rememberedCount &-= 1
      let reply = makeRoom()
      place(page, Self.hot)
      return reply
    default:
      let reply = makeRoom()
      place(page, Self.queue)
      queued &+= 1
      return reply
    }
  }

  @inline(__always)
  private func place(_ page: UInt32, _ list: UInt32) {
    lists.pushFront(page, list)
    places[page] = UInt8(truncatingIfNeeded: list)
  }

  /// The paper's reclaimfor.
  @inline(__always)
  private mutating func makeRoom() -> Reply {
    if used < frames {
      used &+= 1
      return .loaded
    }
    guard queued > queueLimit else {
      let victim = lists.popBack(Self.hot)
      places[victim] = Self.nowhere
      return .evicted(victim)
    }
    let victim = lists.popBack(Self.queue)
    queued &-= 1
    place(victim, Self.remembered)
    rememberedCount &+= 1
    if rememberedCount > rememberedLimit {
      places[lists.popBack(Self.remembered)] = Self.nowhere
      rememberedCount &-= 1
    }
    return .evicted(victim)
  }
}
