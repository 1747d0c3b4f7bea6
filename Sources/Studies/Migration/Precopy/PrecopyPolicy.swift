/// When rounds end, and what is done where they don't.
///
/// The figures are QEMU's defaults: downtime-limit, cpu-throttle-initial, cpu-throttle-increment,
/// max-cpu-throttle, throttle-trigger-threshold and vcpu-dirty-limit.
public struct PrecopyPolicy: Sendable, Hashable {
  /// What slows a guest down that writes faster than it can be sent.
  public enum Brake: Sendable, Hashable {
    /// Nothing.
    case none
    /// Auto-converge: every processor sleeps for a part of its time, which grows.
    case throttle(initial: Int, increment: Int, most: Int)
    /// Dirty limit: with dirty rings, a processor whose ring is full sleeps until it has written no more
    /// than so many bytes of new pages a second.
    case dirtyLimit(bytesPerSecond: UInt64)
  }

  /// The time that what is left may take to send when the guest is stopped, in picoseconds.
  public var downtimePicoseconds: Int64 = 300_000_000_000
  /// The most rounds.
  public var mostRounds = 100
  /// The longest that rounds go on, in picoseconds.
  public var longestPicoseconds: Int64 = 600_000_000_000_000
  /// What slows the guest down.
  public var brake = Brake.none
  /// The brake is put on where more than this part of what was sent was written meanwhile, in percent,
  /// twice: in two rounds, or where they are short in two times of more than a second.
  public var triggerPercent = 50
  /// Whether the guest is stopped and moved all the same where the rounds don't come to an end.
  public var forcesSwitch = false

  /// QEMU's defaults, without auto-converge.
  public init() {}
}
