import Simulation

/// A link at work, whose bandwidth those that send at one time have in equal parts.
///
/// That is the max-min fair share: no one has more than `most`, and what one leaves the others have. Who
/// sends in two streams divides its part between them. Bytes pass as a fluid does: each has its part of
/// every moment, and the parts change in the moment in which someone begins or has no more to send.
///
/// All that send in as many streams are moved on alike. So the one that is done first stays the first of
/// them, and it is enough to count what one of them has moved by.
struct SharedLink {
  /// What passes in a second, in bits, and what of it one may have.
  private let bitsPerSecond: UInt64
  private let most: UInt64

  /// The streams of those who send in as many as each other.
  private struct Lane {
    /// What each stream that was ever here has moved since the start; it may run over its end.
    var moved: Int128 = 0
    /// The streams, by what will have been moved when each is done.
    var streams: RankedNumbers<Int128>
  }

  /// Those who send in one stream, and in two.
  private var lanes: [Lane]
  /// What is left to pass of each stream that doesn't send, two for each who may, in 2^-24 of what one bit
  /// a second moves in a picosecond: less than nothing where the last picosecond had room for more.
  private var left: [Int128]
  /// How many streams each sends in, and how many send at all.
  private var own: [Int]
  private var senders = 0
  private var updated: Int64 = 0
  /// The bytes that passed, or are to pass.
  private(set) var bytes: UInt64 = 0
  /// How long anyone sent, in picoseconds.
  private(set) var busy: Int64 = 0

  /// Less than this is left of nothing but roundings.
  private static var nothing: Int128 { 1 << 20 }

  init(_ link: MigrationLink, senders: Int) {
    bitsPerSecond = max(1, link.bitsPerSecond)
    most = max(1, link.usableBitsPerSecond)
    left = Array(repeating: 0, count: 2 * senders)
    lanes = Array(repeating: Lane(streams: RankedNumbers(count: 2 * senders)), count: 2)
    own = Array(repeating: 0, count: senders)
  }

  /// The stream of a sender: its own, or the one beside it.
  static func stream(_ sender: Int, _ number: Int) -> Int { 2 * sender + number }

  /// What a sender has in a second, in bits, while all send that send now and it does.
  func share(of sender: Int) -> UInt64 {
    let others = senders - (own[sender] > 0 ? 1 : 0)
    return min(most, bitsPerSecond / UInt64(others + 1))
  }

  /// What a stream moves in a picosecond where its sender has so many: the part of two numbers.
  private func rate(streams count: Int) -> (bits: Int128, parts: Int128) {
    guard UInt128(bitsPerSecond) < UInt128(most) * UInt128(senders) else {
      return (Int128(most), Int128(count))
    }
    return (Int128(bitsPerSecond), Int128(senders * count))
  }

  /// Begins to send bytes from a moment on, in a stream that sends nothing.
  mutating func send(_ bytes: UInt64, in stream: Int, at time: Int64) {
    advance(to: time)
    left[stream] += Int128(bytes) * 8_000_000_000_000 << 24
    if own[stream >> 1] == 0 { senders += 1 } else { change(stream ^ 1, from: 1, to: 2) }
    own[stream >> 1] += 1
    join(stream, own[stream >> 1])
    self.bytes += bytes
  }

  /// Forgets what the last picosecond of a stream had room for.
  mutating func settle(_ stream: Int) { left[stream] = 0 }

  /// Ends what a stream sends, at the moment that `next` gave.
  mutating func end(_ stream: Int, at time: Int64) {
    advance(to: time)
    leave(stream, own[stream >> 1])
    own[stream >> 1] -= 1
    if own[stream >> 1] == 0 { senders -= 1 } else { change(stream ^ 1, from: 2, to: 1) }
  }

  // MARK: Lanes

  /// Moves a stream on with those whose senders have so many.
  private mutating func join(_ stream: Int, _ count: Int) {
    lanes[count - 1].streams.rank(stream, lanes[count - 1].moved &+ left[stream])
  }

  private mutating func leave(_ stream: Int, _ count: Int) {
    guard let rank = lanes[count - 1].streams.remove(stream) else {
      preconditionFailure("a stream that ends has begun")
    }
    left[stream] = rank &- lanes[count - 1].moved
  }

  /// Moves a stream on with others, as its sender has one more or one less.
  private mutating func change(_ stream: Int, from old: Int, to new: Int) {
    leave(stream, old)
    join(stream, new)
  }

  /// Which stream's bytes will have passed first, and when, if all stays as it is.
  func next() -> (stream: Int, at: Int64)? {
    guard senders > 0 else { return nil }
    var found: (stream: Int, at: Int64)?
    for count in 1...2 {
      guard let first = lanes[count - 1].streams.first else { continue }
      let left = first.rank &- lanes[count - 1].moved - Self.nothing
      var at = updated
      if left > 0 {
        let (bits, parts) = rate(streams: count)
        at += Int64(clamping: (left * parts - 1) / (bits << 24) + 1)
      }
      if let found, found.at <= at { continue }
      found = (first.number, at)
    }
    return found
  }

  /// Lets bytes pass until a moment.
  private mutating func advance(to time: Int64) {
    let elapsed = time - updated
    guard elapsed > 0 else { return }
    updated = time
    guard senders > 0 else { return }
    busy += elapsed
    for count in 1...2 where !lanes[count - 1].streams.isEmpty {
      let (bits, parts) = rate(streams: count)
      lanes[count - 1].moved &+= (bits * Int128(elapsed) << 24) / parts
    }
  }
}
