/// Frames of one size, handed out upwards; one that was given back last is used first.
struct FrameArena: Sendable {
  let frameBytes: UInt64
  private var next: UInt64
  private let end: UInt64
  private var freed: [UInt64] = []

  init(from start: UInt64, to end: UInt64, frameBytes: UInt64) {
    next = start
    self.end = end
    self.frameBytes = frameBytes
  }

  /// Whether the next frame has been used before, and holds what was left in it.
  var givesUsed: Bool { !freed.isEmpty }

  mutating func take() -> UInt64? {
    if let last = freed.popLast() { return last }
    guard next < end else { return nil }
    defer { next += frameBytes }
    return next
  }

  mutating func give(_ frame: UInt64) { freed.append(frame) }
}
