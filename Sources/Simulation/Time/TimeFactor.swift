/// How many times as long something takes, as a fraction of whole numbers: the same on every machine.
public struct TimeFactor: Sendable, Hashable {
  /// The factor in parts of 2³².
  public let parts: UInt64

  /// A factor of so many parts of 2³².
  public init(parts: UInt64) { self.parts = parts }

  /// As long as it is.
  public static let one = TimeFactor(parts: 1 << 32)

  /// A time that takes so many times as long, rounded down.
  public func callAsFunction(_ duration: VirtualDuration) -> VirtualDuration {
    if self == .one { return duration }
    let product = Int128(duration.picoseconds) * Int128(parts)
    return VirtualDuration(picoseconds: Int64(clamping: product >> 32))
  }
}
