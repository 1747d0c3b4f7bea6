/// Why numbers are no price.
public enum PriceError: Error, Sendable, Hashable {
  /// The least is more than the likely, or the likely more than the most.
  case outOfOrder(low: UInt64, likely: UInt64, high: UInt64)
  /// The price, in femtoseconds, is more than ``Price/most``.
  case tooLarge(UInt64)
}

extension PriceError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .outOfOrder(let low, let likely, let high):
      "A price of low \(low) fs, likely \(likely) fs and high \(high) fs is out of order: low must"
        + " not be above likely, nor likely above high."
    case .tooLarge(let price):
      "A price of \(price) fs is too large: one unit of a component costs at most \(Price.most) fs,"
        + " which is 4.5 s."
    }
  }
}
