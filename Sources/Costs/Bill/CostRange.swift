/// A cost with its range, in femtoseconds.
public struct CostRange: Sendable, Hashable {
  /// The least it may be.
  public var low: UInt128
  /// What it most likely is.
  public var likely: UInt128
  /// The most it may be.
  public var high: UInt128

  /// A range.
  public init(low: UInt128, likely: UInt128, high: UInt128) {
    self.low = low
    self.likely = likely
    self.high = high
  }

  /// So many units at a price.
  public init(_ amount: UInt64, at price: Price) {
    let amount = UInt128(amount)
    low = amount * UInt128(price.low)
    likely = amount * UInt128(price.likely)
    high = amount * UInt128(price.high)
  }

  /// No cost.
  public static let zero = Self(low: 0, likely: 0, high: 0)

  /// How far the cost may move.
  public var spread: UInt128 { high - low }

  /// The sum of both.
  public static func + (left: Self, right: Self) -> Self {
    Self(
      low: left.low + right.low, likely: left.likely + right.likely, high: left.high + right.high)
  }

  /// Adds a cost.
  public static func += (left: inout Self, right: Self) { left = left + right }
}
