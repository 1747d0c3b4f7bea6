/// Linux's active and inactive list for one kind of page, with refault distance (mm/vmscan.c and
/// mm/workingset.c since 5.9), reclaiming one page for each miss that needs a frame.
///
/// A hit sets the page's accessed bit, as the hardware does, and nothing else: the lists are looked at when
/// a page has to go.
struct TwoListReplacer: Replacer, ~Copyable {
  private static let inactive: UInt32 = 0
  private static let active: UInt32 = 1

  private static let isResident: UInt8 = 1
  private static let isActive: UInt8 = 2
  private static let isAccessed: UInt8 = 4
  /// The kernel's PG_referenced: the bit was found set once.
  private static let isReferenced: UInt8 = 8
  private static let wasEvicted: UInt8 = 16

  private let lists: PageLists
  private let states: FlatArray<UInt8>
  /// The age at a page's eviction.
  private let shadows: FlatArray<UInt64>
  private let frames: Int
  private var activeCount = 0
  private var inactiveCount = 0
  /// The kernel's nonresident_age: evictions and activations.
  private var age: UInt64 = 0

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    lists = PageLists(2, pages: pages)
    states = FlatArray(repeating: 0, count: pages)
    shadows = FlatArray(repeating: 0, count: pages)
    self.frames = frames
  }

  mutating func reference(_ page: UInt32) -> Reply {
    let state = states[page]
    if state & Self.isResident != 0 {
      if state & Self.isAccessed == 0 { states[page] = state | Self.isAccessed }
      return .hit
    }
    var reply = Reply.loaded
    // Room is made before the kernel looks at the shadow.
    if activeCount &+ inactiveCount >= frames { reply = .evicted(reclaim()) }
    states[page] = Self.isResident
    if state & Self.wasEvicted != 0, age &- shadows[page] <= UInt64(activeCount) {
      // It would have stayed, had the inactive list been longer by the active one.
      activate(page)
    } else {
      lists.pushFront(page, Self.inactive)
      inactiveCount &+= 1
    }
    return reply
  }

  private mutating func activate(_ page: UInt32) {
    states[page] |= Self.isActive
    lists.pushFront(page, Self.active)
    activeCount &+= 1
    age &+= 1
  }

  private mutating func reclaim() -> UInt32 {
    while true {
      if inactiveCount &* inactiveRatio < activeCount { deactivate() }
      guard inactiveCount > 0 else { continue }
      let page = lists.popBack(Self.inactive)
      let state = states[page]
      guard state & Self.isAccessed != 0 else {
        inactiveCount &-= 1
        states[page] = Self.wasEvicted
        age &+= 1
        shadows[page] = age
        return page
      }
      states[page] = Self.isResident | Self.isReferenced
      if state & Self.isReferenced != 0 {
        inactiveCount &-= 1
        activate(page)
      } else {
        lists.pushFront(page, Self.inactive)
      }
    }
  }

  /// Moves the page at the back of the active list to the inactive one, whether it was accessed or not.
  private mutating func deactivate() {
    let page = lists.popBack(Self.active)
    states[page] &= ~(Self.isActive | Self.isAccessed)
    lists.pushFront(page, Self.inactive)
    activeCount &-= 1
    inactiveCount &+= 1
  }

  /// How many times longer than the inactive list the active one may be: 1 below a gigabyte, and the
  /// square root of ten times the gigabytes from there on (inactive_is_low).
  private var inactiveRatio: Int {
    let gigabytes = (activeCount &+ inactiveCount) >> 18
    return gigabytes == 0 ? 1 : Self.squareRoot(10 * gigabytes)
  }

  static func squareRoot(_ number: Int) -> Int {
    var root = Int(Double(number).squareRoot())
    while root * root > number { root -= 1 }
    while (root + 1) * (root + 1) <= number { root += 1 }
    return root
  }
}
