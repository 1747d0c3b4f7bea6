/// A bandwidth at work.
///
/// Where so few use it that each is as fast as it is alone, no one has to do with another: each knows at
/// its start when it will be done. Beyond that all who use it have moved the same number of bytes since
/// any moment at which they all used it. So one mark of progress serves all, and each is done when the
/// mark has come to where it stood at the start plus its bytes.
struct BandwidthState {
  let bandwidth: Bandwidth
  /// The bytes that pass in a second for one who is alone.
  private let fastest: Int64
  /// How many can use it at once as if each were alone.
  private let freeUsers: Int
  private var users = 0
  /// Those who share it, in the order in which they will be done.
  private var sharing = SharingUsers()
  /// Whether those who use it share it now.
  ///
  /// That lasts until far fewer use it than would have to, for to share is right for any number, and to
  /// change is work.
  private(set) var isShared = false
  /// What each moves in a picosecond where so many use it, in 2^-48 bytes.
  private var rates: [Int64] = []
  /// The bytes that someone who shares the bandwidth has moved since that began, in 2^-48 bytes.
  private var progress: Int128 = 0
  private var updated = VirtualTime.start
  private var busySince = VirtualTime.start
  private(set) var use = BandwidthUse()
  /// How long the number of bytes that was moved last takes alone: as a rule all move pages.
  private var alone: (bytes: Int64, duration: VirtualDuration) = (0, .zero)

  private static var picoseconds: Int128 { 1_000_000_000_000 }
  private static var scale: Int { 48 }

  init(_ bandwidth: Bandwidth) {
    self.bandwidth = bandwidth
    fastest = max(min(bandwidth.mostForOne, bandwidth.bytesPerSecond), 1)
    freeUsers = Int(clamping: bandwidth.bytesPerSecond / fastest)
  }

  /// Whether those who use it are as fast as alone, and one more makes all share it.
  var isFull: Bool { @inline(__always) get { users == freeUsers && !isShared } }

  /// Lets an actor begin to move bytes, and says how long it takes if it is as fast as alone.
  ///
  /// Where nothing is said, all who use it share it.
  @inline(__always)
  mutating func begin(_ actor: Int, bytes: Int64, at time: VirtualTime) -> VirtualDuration? {
    use.bytes += bytes
    if users == 0 { busySince = time }
    users += 1
    guard isShared else {
      if alone.bytes != bytes { alone = (bytes, .moving(bytes, perSecond: fastest)) }
      return alone.duration
    }
    advance(to: time, sharers: users - 1)
    sharing.insert(actor, mark: progress + Int128(bytes) << Self.scale)
    return nil
  }

  /// All who use it share it from a moment on.
  mutating func beginSharing(at time: VirtualTime) {
    isShared = true
    progress = 0
    updated = time
  }

  /// An actor that was as fast as alone shares from now on; it would have been done at a moment.
  mutating func share(_ actor: Int, until end: VirtualTime) {
    let rate = Int128(rate(1))
    sharing.insert(actor, mark: Int128((end - updated).picoseconds) * rate)
  }

  /// An actor that was as fast as alone has moved its bytes.
  @inline(__always)
  mutating func endFree(at time: VirtualTime) { leave(at: time) }

  /// Who of those that share has moved its bytes by now, one after another.
  mutating func endShared(at time: VirtualTime) -> Int? {
    advance(to: time, sharers: users)
    guard let actor = sharing.removeFirst(upTo: progress) else { return nil }
    leave(at: time)
    return actor
  }

  /// Who is as fast as alone from now on, and how long it takes, one after another.
  mutating func release() -> (actor: Int, left: VirtualDuration)? {
    guard users <= freeUsers / 2 else { return nil }
    isShared = false
    guard let (actor, mark) = sharing.removeFirst() else { return nil }
    let rate = rate(1)
    return (actor, Self.duration(mark - progress, rate))
  }

  /// When the next one of those who share will have moved its bytes, if all stays as it is.
  mutating func next() -> VirtualTime? {
    guard let mark = sharing.firstMark else { return nil }
    let rate = rate(users)
    return updated + Self.duration(mark - progress, rate)
  }

  /// How long it takes to move what is left at a rate, rounded up.
  private static func duration(_ left: Int128, _ rate: Int64) -> VirtualDuration {
    guard left > 0 else { return .zero }
    if let small = Int64(exactly: left) {
      return VirtualDuration(picoseconds: (small - 1) / rate + 1)
    }
    return VirtualDuration(picoseconds: Int64(clamping: (left - 1) / Int128(rate) + 1))
  }

  /// What each moves in a picosecond where so many use it, in 2^-48 bytes.
  @inline(__always)
  private mutating func rate(_ users: Int) -> Int64 {
    if users >= rates.count { extendRates(to: users) }
    return rates[users]
  }

  @inline(never)
  private mutating func extendRates(to users: Int) {
    while rates.count <= users {
      let rate = min(fastest, bandwidth.bytesPerSecond / Int64(max(rates.count, 1)))
      rates.append(Int64(max((Int128(rate) << Self.scale) / Self.picoseconds, 1)))
    }
  }

  @inline(__always)
  private mutating func leave(at time: VirtualTime) {
    users -= 1
    if users == 0 { use.busy += time - busySince }
  }

  /// Brings the progress to a moment until which so many have shared.
  private mutating func advance(to time: VirtualTime, sharers: Int) {
    let elapsed = (time - updated).picoseconds
    guard elapsed > 0 else { return }
    let rate = rate(sharers)
    // Neither is negative, so that their product is in range.
    progress += Int128(elapsed) &* Int128(rate)
    updated = time
  }
}

/// Those who share a bandwidth, in the order in which they will be done.
private struct SharingUsers {
  private var users: [(mark: Int128, actor: Int)] = []
  private var head = 0

  var firstMark: Int128? { head < users.count ? users[head].mark : nil }

  mutating func insert(_ actor: Int, mark: Int128) {
    // Pages are alike, so who comes last is as a rule done last.
    var place = users.count
    while place > head, users[place - 1].mark > mark { place -= 1 }
    if place == users.count {
      users.append((mark, actor))
    } else {
      users.insert((mark, actor), at: place)
    }
  }

  /// The first one, if it is done when the progress is this.
  mutating func removeFirst(upTo progress: Int128) -> Int? {
    guard head < users.count, users[head].mark <= progress else { return nil }
    return removeFirst()?.actor
  }

  mutating func removeFirst() -> (actor: Int, mark: Int128)? {
    guard head < users.count else { return nil }
    let first = users[head]
    head += 1
    if head == users.count {
      users.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 1024, head * 2 > users.count {
      users.removeFirst(head)
      head = 0
    }
    return (first.actor, first.mark)
  }
}
