/// A unit that a quantity can be written in.
public struct QuantityUnit: Sendable, Hashable {
  /// How the unit is written.
  public let symbol: String
  /// How many of the smallest unit it is.
  public let factor: UInt64
  /// Whether the unit is only read, and never printed.
  public let isAlternative: Bool

  /// A unit of so many of the smallest.
  public init(_ symbol: String, _ factor: UInt64, isAlternative: Bool = false) {
    self.symbol = symbol
    self.factor = factor
    self.isAlternative = isAlternative
  }
}
