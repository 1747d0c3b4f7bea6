/// First in, first out: the frames are a ring, and the page at the hand has been there longest.
struct FIFOReplacer: Replacer, ~Copyable {
  private let ring: FlatArray<UInt32>
  private let isResident: FlatArray<UInt8>
  private var used = 0
  private var hand = 0

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    ring = FlatArray(repeating: 0, count: min(frames, pages))
    isResident = FlatArray(repeating: 0, count: pages)
  }

  @inline(__always)
  mutating func reference(_ page: UInt32) -> Reply {
    if isResident[page] != 0 { return .hit }
    isResident[page] = 1
    if used < ring.count {
      ring[used] = page
      used &+= 1
      return .loaded
    }
    let victim = ring[hand]
    isResident[victim] = 0
    ring[hand] = page
    hand = hand &+ 1 == ring.count ? 0 : hand &+ 1
    return .evicted(victim)
  }
}
