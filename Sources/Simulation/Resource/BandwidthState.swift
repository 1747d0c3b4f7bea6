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
  /// The bytes that someone who has shared the bandwidth since the start has moved, in 2^-20 bytes.
  private var progress: Int128 = 0
  private var updated = VirtualTime.start
  private var busySince = VirtualTime.start
  private(set) var use = BandwidthUse()
  /// How long the number of bytes that was moved last takes alone: as a rule all move pages.
  private var alone: (bytes: Int64, duration: VirtualDuration) = (0, .zero)

  private static let picoseconds: Int128 = 1_000_000_000_000

  init(_ bandwidth: Bandwidth) {
    self.bandwidth = bandwidth
    fastest = max(min(bandwidth.mostForOne, bandwidth.bytesPerSecond), 1)
    freeUsers = Int(clamping: bandwidth.bytesPerSecond / fastest)
  }

  /// Whether those who use it are as fast as alone, and one more makes all share it.
  var isFull: Bool { @inline(__always) get { users == freeUsers } }

  /// Lets an actor begin to move bytes, and says how long it takes if it is as fast as alone.
  ///
  /// Where nothing is said, all who use it share it.
  @inline(__always)
  mutating func begin(_ actor: Int, bytes: Int64, at time: VirtualTime) -> VirtualDuration? {
    use.bytes += bytes
    if users == 0 { busySince = time }
    users += 1
    guard users > freeUsers else {
      if alone.bytes != bytes { alone = (bytes, .moving(bytes, perSecond: fastest)) }
      return alone.duration
    }
    advance(to: time, sharers: users - 1)
    sharing.insert(actor, mark: progress + Int128(bytes) << 20)
    return nil
  }

  /// All who use it share it from a moment on.
  mutating func beginSharing(at time: VirtualTime) {
    progress = 0
    updated = time
  }

  /// An actor that was as fast as alone shares from now on; it would have been done at a moment.
  mutating func share(_ actor: Int, until end: VirtualTime) {
    let left = Int128((end - updated).picoseconds) * (Int128(fastest) << 20) / Self.picoseconds
    sharing.insert(actor, mark: left)
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
    guard users <= freeUsers, let (actor, mark) = sharing.removeFirst() else { return nil }
    let rate = Int128(fastest) << 20
    let left = (max(mark - progress, 0) * Self.picoseconds + rate - 1) / rate
    return (actor, VirtualDuration(picoseconds: Int64(clamping: left)))
  }

  /// When the next one of those who share will have moved its bytes, if all stays as it is.
  var next: VirtualTime? {
    guard let mark = sharing.firstMark else { return nil }
    let left = max(mark - progress, 0) * Self.picoseconds
    // The bytes left take left / (rate * 2^20) seconds.
    let rate = Int128(rate(users)) << 20
    return updated + VirtualDuration(picoseconds: Int64(clamping: (left + rate - 1) / rate))
  }

  /// What each moves in a second where so many use it.
  private func rate(_ users: Int) -> Int64 {
    max(min(fastest, bandwidth.bytesPerSecond / Int64(max(users, 1))), 1)
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
    let scaled = Int128(elapsed) * (Int128(rate(sharers)) << 20)
    progress += scaled / Self.picoseconds
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
    users.insert((mark, actor), at: place)
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
