/// Clock with a counter of one or two bits a page.
///
/// A hit counts up, the hand counts down, and a page that the hand finds at zero goes. A page comes in
/// behind the hand, and is met last.
struct ClockReplacer<Width: ClockWidth>: Replacer, ~Copyable {
  private let ring: FlatArray<UInt32>
  /// The counter plus one; 0 for a page that is absent.
  private let states: FlatArray<UInt8>
  private let loadState: UInt8
  private var used = 0
  private var hand = 0

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    ring = FlatArray(repeating: 0, count: min(frames, pages))
    states = FlatArray(repeating: 0, count: pages)
    loadState = settings.clockLoad == .set ? 2 : 1
  }

  @inline(__always)
  mutating func reference(_ page: UInt32) -> Reply {
    let state = states[page]
    if state != 0 {
      // A store only where it changes something: most hits find the bit set.
      if state <= Width.most { states[page] = state &+ 1 }
      return .hit
    }
    states[page] = loadState
    if used < ring.count {
      ring[used] = page
      used &+= 1
      return .loaded
    }
    while true {
      let candidate = ring[hand]
      let state = states[candidate]
      if state == 1 {
        states[candidate] = 0
        ring[hand] = page
        advance()
        return .evicted(candidate)
      }
      states[candidate] = state &- 1
      advance()
    }
  }

  @inline(__always)
  private mutating func advance() { hand = hand &+ 1 == ring.count ? 0 : hand &+ 1 }
}

/// How far a counter of Clock reaches.
protocol ClockWidth {
  /// The highest count.
  static var most: UInt8 { get }
}

/// One bit a page.
enum OneBit: ClockWidth {
  static var most: UInt8 { 1 }
}

/// Two bits a page.
enum TwoBits: ClockWidth {
  static var most: UInt8 { 3 }
}
