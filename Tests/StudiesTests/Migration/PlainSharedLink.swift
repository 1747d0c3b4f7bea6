@testable import Studies

/// A link whose streams are all looked at in every moment: slow, and plain to read.
struct PlainSharedLink {
  let bitsPerSecond: UInt64
  let most: UInt64
  private var left: [Int128]
  private var isSending: [Bool]
  private var time: Int64 = 0

  init(_ link: MigrationLink, senders: Int) {
    bitsPerSecond = link.bitsPerSecond
    most = link.usableBitsPerSecond
    left = Array(repeating: 0, count: 2 * senders)
    isSending = Array(repeating: false, count: 2 * senders)
  }

  /// How many streams the sender of a stream sends in.
  private func own(_ stream: Int) -> Int {
    (isSending[stream] ? 1 : 0) + (isSending[stream ^ 1] ? 1 : 0)
  }

  /// What a stream moves in a picosecond, as a part of two numbers.
  private func rate(_ stream: Int) -> (bits: Int128, parts: Int128) {
    var senders = 0
    for sender in 0..<left.count / 2 where own(2 * sender) > 0 { senders += 1 }
    let count = own(stream)
    return UInt128(bitsPerSecond) < UInt128(most) * UInt128(senders)
      ? (Int128(bitsPerSecond), Int128(senders * count)) : (Int128(most), Int128(count))
  }

  private mutating func advance(to now: Int64) {
    var moved: [(stream: Int, amount: Int128)] = []
    for stream in left.indices where isSending[stream] {
      let (bits, parts) = rate(stream)
      moved.append((stream, (bits * Int128(now - time) << 24) / parts))
    }
    for (stream, amount) in moved { left[stream] -= amount }
    time = now
  }

  mutating func send(_ bytes: UInt64, in stream: Int, at now: Int64) {
    advance(to: now)
    left[stream] += Int128(bytes) * 8_000_000_000_000 << 24
    isSending[stream] = true
  }

  mutating func end(_ stream: Int, at now: Int64) {
    advance(to: now)
    isSending[stream] = false
  }

  /// The stream that is done first, those of senders with one stream before the others, and when.
  func next() -> (stream: Int, at: Int64)? {
    var found: (stream: Int, at: Int64, own: Int, left: Int128)?
    for stream in left.indices where isSending[stream] {
      let (bits, parts) = rate(stream)
      let rest = left[stream] - (1 << 20)
      let at = rest > 0 ? time + Int64((rest * parts - 1) / (bits << 24) + 1) : time
      if let found {
        let before = (found.at, found.own, found.left) <= (at, own(stream), left[stream])
        if before { continue }
      }
      found = (stream, at, own(stream), left[stream])
    }
    return found.map { ($0.stream, $0.at) }
  }
}
