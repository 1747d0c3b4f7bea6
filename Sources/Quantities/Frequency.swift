/// How often something happens in a second, in whole hertz: `2.5 GHz`.
public struct Frequency: Quantity {
  /// How many hertz.
  public let hertz: UInt64

  /// A frequency of so many hertz.
  public init(hertz: UInt64) { self.hertz = hertz }

  /// A frequency of so many hertz.
  public init(smallestUnits: UInt64) { hertz = smallestUnits }

  /// How many hertz.
  public var smallestUnits: UInt64 { hertz }

  /// Frequencies, from hertz to gigahertz.
  public static let kind = QuantityKind(
    "a frequency", examples: "2.5 GHz or 800 MHz", smallest: "hertz",
    largest: "18000000000 GHz", bareFactor: nil,
    units: [
      QuantityUnit("Hz", 1), QuantityUnit("kHz", 1000), QuantityUnit("MHz", 1_000_000),
      QuantityUnit("GHz", 1_000_000_000),
    ])
}
