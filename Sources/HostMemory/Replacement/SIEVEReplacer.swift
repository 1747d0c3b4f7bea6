/// SIEVE: a queue in the order of loading, and a hand that goes from its oldest page to its newest.
///
/// The hand clears the marks that hits have left and evicts the first page without one; what it passes
/// over stays where it is.
///
/// Only the hand takes pages out, and it knows the page that it passed last: links towards the newer
/// neighbour are enough, 4 bytes a page.
struct SIEVEReplacer: Replacer, ~Copyable {
  private static let nobody = UInt32.max

  private let newer: FlatArray<UInt32>
  /// 0 for a page that is absent, 1 for one without a mark, 2 for one with it.
  private let states: FlatArray<UInt8>
  private let frames: Int
  private var used = 0
  private var oldest = nobody
  private var newest = nobody
  /// The page behind the hand, or nobody where the hand starts at the oldest page.
  private var behind = nobody

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    newer = FlatArray(repeating: Self.nobody, count: pages)
    states = FlatArray(repeating: 0, count: pages)
    self.frames = frames
  }

  @inline(__always)
  mutating func reference(_ page: UInt32) -> Reply {
    let state = states[page]
    if state != 0 {
      if state == 1 { states[page] = 2 }
      return .hit
    }
    guard used == frames else {
      used &+= 1
      insert(page)
      return .loaded
    }
    let victim = evict()
    insert(page)
    return .evicted(victim)
  }

  @inline(__always)
  private mutating func insert(_ page: UInt32) {
    states[page] = 1
    newer[page] = Self.nobody
    if newest == Self.nobody { oldest = page } else { newer[newest] = page }
    newest = page
  }

  @inline(__always)
  private mutating func evict() -> UInt32 {
    var page = behind == Self.nobody ? oldest : newer[behind]
    while true {
      if page == Self.nobody {
        // Past the newest page: once more from the oldest.
        behind = Self.nobody
        page = oldest
      }
      if states[page] == 1 { break }
      states[page] = 1
      behind = page
      page = newer[page]
    }
    states[page] = 0
    let next = newer[page]
    if behind == Self.nobody { oldest = next } else { newer[behind] = next }
    if next == Self.nobody {
      newest = behind
      // The hand has no page before it: it starts anew, though newer pages will come.
      behind = Self.nobody
    }
    return page
  }
}
