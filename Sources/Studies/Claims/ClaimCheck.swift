/// One number of a figure beside the model's.
public struct ClaimCheck: Sendable, Hashable {
  /// What a number counts or measures.
  public enum Unit: Sendable, Hashable {
    /// How many.
    case count
    /// Bytes.
    case bytes
    /// Femtoseconds.
    case time
    /// How many times as much.
    case ratio
    /// Parts of a hundred.
    case percent
    /// Cycles of a clock.
    case cycles
    /// What a register holds.
    case register
  }

  /// What is compared, in a phrase.
  public let subject: String
  /// The unit of all numbers.
  public let unit: Unit
  /// What the text states: one number, from one to another, or at least one, and infinity then.
  public let stated: ClosedRange<Double>
  /// What the model gives.
  public let found: Double
  /// How far off the model's number may be, in parts of the stated one: 0 for a count.
  public let tolerance: Double
  /// Whether the model's number is a price that was taken from the figure, and proves nothing.
  public let isInput: Bool

  /// A number that the model works out.
  static func model(
    _ subject: String, _ unit: Unit, _ stated: ClosedRange<Double>, _ found: Double,
    within tolerance: Double = 0
  ) -> Self {
    Self(
      subject: subject, unit: unit, stated: stated, found: found, tolerance: tolerance,
      isInput: false)
  }

  /// A number that the model works out, beside a single one.
  static func model(
    _ subject: String, _ unit: Unit, _ stated: Double, _ found: Double,
    within tolerance: Double = 0
  ) -> Self {
    model(subject, unit, stated...stated, found, within: tolerance)
  }

  /// A number that a profile has from the figure.
  static func input(
    _ subject: String, _ unit: Unit, _ stated: ClosedRange<Double>, _ found: Double
  ) -> Self {
    // Prices are kept with four digits.
    Self(
      subject: subject, unit: unit, stated: stated, found: found, tolerance: 0.0005, isInput: true)
  }

  /// Whether the model's number is the stated one, or in its range.
  public var holds: Bool {
    let low = stated.lowerBound * (1 - tolerance)
    let high = stated.upperBound * (1 + tolerance)
    return low <= found && found <= high
  }
}
