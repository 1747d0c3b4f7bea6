/// What the three address spaces have in common.
///
/// The difference of two addresses is a count of bytes, and a sum takes one: two addresses can't be
/// added, and addresses of different spaces can't meet.
public protocol Address: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The address as a number.
  var value: UInt64 { get }

  /// The address with this number.
  init(_ value: UInt64)
}

extension Address {
  /// Whether `left` is the lower address.
  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }

  /// The address `count` bytes further on; it wraps at the end of the space as an adder does.
  @inlinable
  public static func + (address: Self, count: UInt64) -> Self { Self(address.value &+ count) }

  /// The bytes from `start` up to `end`; it wraps as a subtractor does.
  @inlinable
  public static func - (end: Self, start: Self) -> UInt64 { end.value &- start.value }

  /// The address in hexadecimal, as the manuals write it.
  public var description: String { "0x" + String(value, radix: 16) }

  /// Whether the address is a multiple of `bytes`, a power of two.
  @inlinable
  public func isAligned(to bytes: UInt64) -> Bool { value & (bytes &- 1) == 0 }
}
