/// What one unit of a component costs, in femtoseconds: a byte of ``Component/zeroByte``, otherwise
/// one event.
///
/// Femtoseconds, because a byte that is zeroed at 12 GB/s takes 83.2 thousandths of a nanosecond: so
/// published figures stay whole numbers.
public struct Price: Sendable, Hashable {
  /// The least it may be.
  public let low: UInt64
  /// What it most likely is.
  public let likely: UInt64
  /// The most it may be.
  public let high: UInt64
  /// Where the number comes from.
  public let source: PriceSource

  /// The most that a component may cost, 2.25 seconds: so no bill leaves 128 bits, whatever it counts.
  public static let most: UInt64 = 1 << 51

  /// A price with its range.
  public init(
    low: UInt64, likely: UInt64, high: UInt64, source: PriceSource
  ) throws(PriceError) {
    guard low <= likely, likely <= high else {
      throw .outOfOrder(low: low, likely: likely, high: high)
    }
    guard high <= Self.most else { throw .tooLarge(high) }
    self.low = low
    self.likely = likely
    self.high = high
    self.source = source
  }

  /// A price without a range.
  public init(_ likely: UInt64, source: PriceSource) throws(PriceError) {
    try self.init(low: likely, likely: likely, high: likely, source: source)
  }
}
