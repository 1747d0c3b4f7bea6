/// A number of a JSON text.
public struct JSONNumber: Sendable, Hashable {
  /// The bytes that write it.
  public let range: Range<Int>
  /// Whether it is written without fraction and exponent.
  public let isInteger: Bool
  /// Whether it starts with a minus sign.
  public let isNegative: Bool
  /// The integer without its sign; nothing where it is wider than 64 bits or no integer.
  public let magnitude: UInt64?

  /// The number, if it is an integer from 0 up to 64 bits.
  public var unsigned: UInt64? { isNegative && magnitude != 0 ? nil : magnitude }
}
