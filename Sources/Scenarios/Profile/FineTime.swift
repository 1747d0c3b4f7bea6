public import Quantities

/// A length of time, in whole femtoseconds: what a byte costs is less than a nanosecond.
public struct FineTime: Quantity {
  /// How many femtoseconds.
  public let femtoseconds: UInt64

  /// A time of so many femtoseconds.
  public init(femtoseconds: UInt64) { self.femtoseconds = femtoseconds }

  /// A time of so many femtoseconds.
  public init(smallestUnits: UInt64) { femtoseconds = smallestUnits }

  /// How many femtoseconds.
  public var smallestUnits: UInt64 { femtoseconds }

  /// Times, from femtoseconds to seconds.
  public static let kind = QuantityKind(
    "a time", examples: "83 ps, 350 ns or 6.2 us", smallest: "femtoseconds", largest: "18446 s",
    bareFactor: nil,
    units: [
      QuantityUnit("fs", 1), QuantityUnit("ps", 1000), QuantityUnit("ns", 1_000_000),
      QuantityUnit("us", 1_000_000_000),
      QuantityUnit("µs", 1_000_000_000, isAlternative: true),
      QuantityUnit("μs", 1_000_000_000, isAlternative: true),
      QuantityUnit("ms", 1_000_000_000_000), QuantityUnit("s", 1_000_000_000_000_000),
    ])
}
