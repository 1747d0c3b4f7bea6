/// A bandwidth that those who use it at one time share in equal parts: a memory that is zeroed.
public struct Bandwidth: Sendable, Hashable {
  /// What it is called in reports.
  public let name: String
  /// The bytes that pass in a second, for all.
  public let bytesPerSecond: Int64
  /// The bytes that pass in a second, for one.
  public let mostForOne: Int64

  /// A bandwidth.
  public init(_ name: String, bytesPerSecond: Int64, mostForOne: Int64) {
    self.name = name
    self.bytesPerSecond = bytesPerSecond
    self.mostForOne = mostForOne
  }
}

/// A bandwidth at work.
///
/// All who use it have moved the same number of bytes since any moment at which they all used it. So
/// one mark of progress serves all, and each is done when the mark has come to where it stood at the
/// start plus its bytes.
struct BandwidthState {
  let bandwidth: Bandwidth
  /// The bytes that someone who has used the bandwidth since the start has moved, in 2^-20 bytes.
  private var progress: Int64 = 0
  private var updated = VirtualTime.start
  /// Those who use it: how far the progress must come, and who.
  private var users: [(mark: Int64, actor: Int)] = []
  private(set) var use = BandwidthUse()

  private static let scale: Int64 = 1 << 20

  init(_ bandwidth: Bandwidth) { self.bandwidth = bandwidth }

  /// What each moves in a second now.
  private var rate: Int64 {
    min(bandwidth.mostForOne, bandwidth.bytesPerSecond / Int64(max(users.count, 1)))
  }

  /// Lets an actor begin to move bytes.
  mutating func begin(_ actor: Int, bytes: Int64, at time: VirtualTime) {
    advance(to: time)
    let mark = progress + bytes * Self.scale
    let place = users.firstIndex { $0.mark > mark } ?? users.count
    users.insert((mark, actor), at: place)
    use.bytes += bytes
  }

  /// Who has moved its bytes by now, one after another.
  mutating func end(at time: VirtualTime) -> Int? {
    advance(to: time)
    guard let first = users.first, first.mark <= progress else { return nil }
    users.removeFirst()
    return first.actor
  }

  /// When the next one will have moved its bytes, if all stays as it is.
  var next: VirtualTime? {
    guard let first = users.first else { return nil }
    let left = max(first.mark - progress, 0)
    // The bytes left take left / (rate * scale) seconds.
    let scaled = left.multipliedFullWidth(by: 1_000_000_000_000)
    let (quotient, remainder) = (rate << 20).dividingFullWidth(scaled)
    return updated + VirtualDuration(picoseconds: quotient + (remainder > 0 ? 1 : 0))
  }

  private mutating func advance(to time: VirtualTime) {
    let elapsed = (time - updated).picoseconds
    guard elapsed > 0 else { return }
    if !users.isEmpty {
      let scaled = elapsed.multipliedFullWidth(by: rate << 20)
      let (moved, _) = Int64(1_000_000_000_000).dividingFullWidth(scaled)
      progress += moved
      use.busy += VirtualDuration(picoseconds: elapsed)
    } else {
      progress = 0
    }
    updated = time
  }
}
