/// How much data passes in a second, in whole bits: `10 Gbit/s`, `12.5 GB/s`, `3 GiB/s`.
///
/// Rates are told in powers of 1000 everywhere, so that `GB/s` is not ambiguous as `GB` is.
public struct DataRate: Quantity {
  /// How many bits a second.
  public let bitsPerSecond: UInt64

  /// A rate of so many bits a second.
  public init(bitsPerSecond: UInt64) { self.bitsPerSecond = bitsPerSecond }

  /// A rate of so many bits a second.
  public init(smallestUnits: UInt64) { bitsPerSecond = smallestUnits }

  /// How many bits a second.
  public var smallestUnits: UInt64 { bitsPerSecond }

  /// Rates, in bits and bytes a second.
  public static let kind = QuantityKind(
    "a data rate", examples: "10 Gbit/s, 12.5 GB/s or 3 GiB/s", smallest: "bits a second",
    largest: "18000000 Tbit/s", bareFactor: nil,
    units: [
      QuantityUnit("bit/s", 1), QuantityUnit("B/s", 8, isAlternative: true),
      QuantityUnit("kbit/s", 1000), QuantityUnit("kB/s", 8000, isAlternative: true),
      QuantityUnit("KiB/s", 8 << 10, isAlternative: true),
      QuantityUnit("Mbit/s", 1_000_000), QuantityUnit("MB/s", 8_000_000, isAlternative: true),
      QuantityUnit("MiB/s", 8 << 20, isAlternative: true),
      QuantityUnit("Gbit/s", 1_000_000_000),
      QuantityUnit("GB/s", 8_000_000_000, isAlternative: true),
      QuantityUnit("GiB/s", 8 << 30, isAlternative: true),
      QuantityUnit("Tbit/s", 1_000_000_000_000),
      QuantityUnit("TB/s", 8_000_000_000_000, isAlternative: true),
      QuantityUnit("TiB/s", 8 << 40, isAlternative: true),
    ])
}
