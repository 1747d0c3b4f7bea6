/// A length of time, in whole picoseconds: `6.2 us`, `350 ns`, `2 s`.
///
/// Picoseconds, because a cycle of a 2.5 GHz clock is 0.4 ns; 64 bits of them are 213 days.
public struct TimeSpan: Quantity {
  /// How many picoseconds.
  public let picoseconds: UInt64

  /// A time of so many picoseconds.
  public init(picoseconds: UInt64) { self.picoseconds = picoseconds }

  /// A time of so many picoseconds.
  public init(smallestUnits: UInt64) { picoseconds = smallestUnits }

  /// How many picoseconds.
  public var smallestUnits: UInt64 { picoseconds }

  /// How many nanoseconds, where that is a whole number.
  public var nanoseconds: UInt64? {
    picoseconds.isMultiple(of: 1000) ? picoseconds / 1000 : nil
  }

  /// Times, from picoseconds to hours.
  public static let kind = QuantityKind(
    "a time", examples: "350 ns, 6.2 us or 2 s", smallest: "picoseconds", largest: "5124 h",
    bareFactor: nil,
    units: [
      QuantityUnit("ps", 1), QuantityUnit("ns", 1000), QuantityUnit("us", 1_000_000),
      QuantityUnit("µs", 1_000_000, isAlternative: true),
      QuantityUnit("μs", 1_000_000, isAlternative: true),
      QuantityUnit("ms", 1_000_000_000), QuantityUnit("s", 1_000_000_000_000),
      QuantityUnit("min", 60_000_000_000_000), QuantityUnit("h", 3_600_000_000_000_000),
    ])
}
