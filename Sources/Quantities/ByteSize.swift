/// A number of bytes, written in units of powers of 1024: `4K`, `2MiB`, `1.5 GiB`.
public struct ByteSize: Quantity {
  /// How many bytes.
  public let bytes: UInt64

  /// A size of so many bytes.
  public init(_ bytes: UInt64) { self.bytes = bytes }

  /// A size of so many bytes.
  public init(smallestUnits: UInt64) { bytes = smallestUnits }

  /// How many bytes.
  public var smallestUnits: UInt64 { bytes }

  /// Sizes, in bytes and powers of 1024.
  ///
  /// `GB` is refused: memory is sold in powers of 1024 under that name, and disks in powers of 1000. Decimals
  /// that make no whole number of bytes, such as those of `86.6 GiB` in a report, are of a size that was rounded
  /// to be read: from mebibytes on it is the nearest whole number of pages of 4 KiB, below the nearest of bytes.
  public static let kind = QuantityKind(
    "a number of bytes", examples: "4K, 2MiB or 1G", smallest: "bytes",
    largest: "\(UInt64.max) bytes", bareFactor: 1,
    units: [
      QuantityUnit("B", 1),
      QuantityUnit("KiB", 1 << 10), QuantityUnit("K", 1 << 10, isAlternative: true),
      QuantityUnit("MiB", 1 << 20), QuantityUnit("M", 1 << 20, isAlternative: true),
      QuantityUnit("GiB", 1 << 30), QuantityUnit("G", 1 << 30, isAlternative: true),
      QuantityUnit("TiB", 1 << 40), QuantityUnit("T", 1 << 40, isAlternative: true),
      QuantityUnit("PiB", 1 << 50), QuantityUnit("P", 1 << 50, isAlternative: true),
    ],
    ambiguous: [
      ("kB", "“KiB”, which is 1024 bytes"), ("KB", "“KiB”, which is 1024 bytes"),
      ("MB", "“MiB”, which is 1024 KiB"), ("GB", "“GiB”, which is 1024 MiB"),
      ("TB", "“TiB”, which is 1024 GiB"), ("PB", "“PiB”, which is 1024 TiB"),
    ],
    grain: { factor in factor >= 1 << 20 ? 4096 : factor >= 1 << 10 ? 1 : nil })
}
