/// The two-handed clock: both hands move together around the frames.
///
/// The one in front clears reference bits; the one behind evicts the first page whose bit is still clear
/// when it arrives.
struct TwoHandReplacer: Replacer, ~Copyable {
  private let ring: FlatArray<UInt32>
  /// 0 for a page that is absent, 1 for one with its bit clear, 2 for one with it set.
  private let states: FlatArray<UInt8>
  private let loadState: UInt8
  private var used = 0
  private var back = 0
  private var front: Int

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    let used = min(frames, pages)
    ring = FlatArray(repeating: 0, count: used)
    states = FlatArray(repeating: 0, count: pages)
    loadState = settings.clockLoad == .set ? 2 : 1
    let spread = settings.handSpread ?? max(1, frames / 4)
    front = used == 0 ? 0 : spread % used
  }

  @inline(__always)
  mutating func reference(_ page: UInt32) -> Reply {
    let state = states[page]
    if state != 0 {
      if state == 1 { states[page] = 2 }
      return .hit
    }
    states[page] = loadState
    if used < ring.count {
      ring[used] = page
      used &+= 1
      return .loaded
    }
    while true {
      states[ring[front]] = 1
      let candidate = ring[back]
      let place = back
      back = next(back)
      front = next(front)
      if states[candidate] == 1 {
        states[candidate] = 0
        ring[place] = page
        return .evicted(candidate)
      }
    }
  }

  @inline(__always)
  private func next(_ place: Int) -> Int { place &+ 1 == ring.count ? 0 : place &+ 1 }
}
