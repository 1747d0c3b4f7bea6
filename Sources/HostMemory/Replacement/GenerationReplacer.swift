/// Linux's multi-generational LRU for pages that are accessed through page tables (mm/vmscan.c since 6.1),
/// reclaiming one page for each miss that needs a frame.
///
/// A hit sets the page's accessed bit. Ageing looks at all of them and gives accessed pages the youngest
/// generation, then starts another; eviction takes from the back of the oldest. Pages change lists when
/// eviction meets them, as they do in the kernel.
struct GenerationReplacer: Replacer, ~Copyable {
  /// MIN_NR_GENS and MAX_NR_GENS.
  private static let fewest = 2
  private static let most = 4

  private static let absent: UInt8 = 0xff
  private static let isAccessed: UInt8 = 0x80
  private static let slotMask: UInt8 = 3

  private let lists: PageLists
  /// The generation's list, and the accessed bit.
  private let states: FlatArray<UInt8>
  /// The page of each frame, in which ageing looks for accessed bits.
  private let pageOf: FlatArray<UInt32>
  private let frameOf: FlatArray<UInt32>
  private var used = 0
  private var oldest = 0
  private var youngest = fewest + 1
  /// How many pages belong to the generation of each list, wherever they still lie.
  private let sizes = FlatArray(repeating: 0, count: most)

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    lists = PageLists(Self.most, pages: pages)
    states = FlatArray(repeating: Self.absent, count: pages)
    pageOf = FlatArray(repeating: 0, count: min(frames, pages))
    frameOf = FlatArray(repeating: 0, count: pages)
  }

  mutating func reference(_ page: UInt32) -> Reply {
    let state = states[page]
    if state != Self.absent {
      if state & Self.isAccessed == 0 { states[page] = state | Self.isAccessed }
      return .hit
    }
    var reply = Reply.loaded
    var frame = UInt32(truncatingIfNeeded: used)
    if used < pageOf.count {
      used &+= 1
    } else {
      let victim = reclaim()
      frame = frameOf[victim]
      reply = .evicted(victim)
    }
    pageOf[frame] = page
    frameOf[page] = frame
    enter(page)
    return reply
  }

  private func slot(_ generation: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: generation) & Self.slotMask
  }

  /// Puts a page, which is on no list, in front of the youngest generation.
  private func enter(_ page: UInt32) {
    let slot = slot(youngest)
    states[page] = slot
    sizes[Int(slot)] += 1
    lists.pushFront(page, UInt32(slot))
  }

  private mutating func reclaim() -> UInt32 {
    if isAgeingDue { age() }
    while true {
      let list = slot(oldest)
      guard !lists.isEmpty(UInt32(list)) else {
        if oldest + Self.fewest <= youngest { oldest += 1 }
        if isAgeingDue { age() }
        continue
      }
      let page = lists.popBack(UInt32(list))
      let state = states[page]
      let own = state & Self.slotMask
      if own != list {
        // Ageing has given it another generation.
        lists.pushFront(page, UInt32(own))
      } else if state & Self.isAccessed != 0 {
        sizes[Int(list)] -= 1
        enter(page)
      } else {
        sizes[Int(list)] -= 1
        states[page] = Self.absent
        return page
      }
    }
  }

  /// The kernel's should_run_aging: with two generations always, with four never, and with three where the
  /// pages are spread too unevenly.
  private var isAgeingDue: Bool {
    if oldest + Self.fewest != youngest { return oldest + Self.fewest > youngest }
    let young = sizes[Int(slot(youngest))]
    let old = sizes[Int(slot(oldest))]
    return young * Self.fewest > used || old * (Self.fewest + 2) < used
  }

  /// Gives accessed pages the youngest generation, and starts another.
  ///
  /// Where there are as many as there can be, the oldest joins the next one first (inc_min_seq).
  mutating func age() {
    if youngest - oldest + 1 == Self.most { joinOldest() }
    let slot = slot(youngest)
    for frame in 0..<used {
      let page = pageOf[frame]
      let state = states[page]
      // The page that has just been evicted keeps its frame until the new one has it.
      guard state != Self.absent, state & Self.isAccessed != 0 else { continue }
      sizes[Int(state & Self.slotMask)] -= 1
      sizes[Int(slot)] += 1
      states[page] = slot
    }
    youngest += 1
  }

  private mutating func joinOldest() {
    let (list, next) = (slot(oldest), slot(oldest + 1))
    while !lists.isEmpty(UInt32(list)) {
      let page = lists.popBack(UInt32(list))
      let state = states[page]
      if state & Self.slotMask == list {
        sizes[Int(list)] -= 1
        sizes[Int(next)] += 1
        states[page] = state & ~Self.slotMask | next
      }
      lists.pushFront(page, UInt32(states[page] & Self.slotMask))
    }
    oldest += 1
  }

  /// How many generations are younger than a page's; nothing where it is not in memory.
  func age(of page: UInt32) -> Int? {
    let state = states[page]
    guard state != Self.absent else { return nil }
    return Int((slot(youngest) &- (state & Self.slotMask)) & Self.slotMask)
  }
}
