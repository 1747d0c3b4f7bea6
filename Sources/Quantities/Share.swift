/// A part of a whole, in whole billionths: `12.5 %` or `0.125`.
public struct Share: Quantity {
  /// How many billionths.
  public let billionths: UInt64

  /// A share of so many billionths.
  public init(billionths: UInt64) { self.billionths = billionths }

  /// A share of so many billionths.
  public init(smallestUnits: UInt64) { billionths = smallestUnits }

  /// How many billionths.
  public var smallestUnits: UInt64 { billionths }

  /// All of it.
  public static let whole = Self(billionths: 1_000_000_000)

  /// The share as a number, 1 for all of it.
  public var value: Double { Double(billionths) / 1e9 }

  /// Shares, in percent.
  public static let kind = QuantityKind(
    "a share", examples: "12.5 % or 0.125", smallest: "billionths", largest: "1844674407370 %",
    bareFactor: 1_000_000_000, units: [QuantityUnit("%", 10_000_000)])

  /// The share in percent, exactly.
  public var description: String {
    let whole = billionths / 10_000_000
    let rest = billionths % 10_000_000
    guard rest > 0 else { return "\(whole) %" }
    var decimals = String(rest)
    decimals = String(repeating: "0", count: 7 - decimals.count) + decimals
    while decimals.last == "0" { decimals.removeLast() }
    return "\(whole).\(decimals) %"
  }
}
