/// A frame of the host's memory, by its number: frame 0 holds the first 4 KiB.
public struct FrameNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number.
  public let value: UInt64

  /// The frame with this number.
  @inlinable
  public init(_ value: UInt64) { self.value = value }

  /// The bytes of a frame.
  public static let bytes: UInt64 = 4096

  /// Where the frame begins in the host's memory.
  @inlinable
  public var address: UInt64 { value &<< 12 }

  /// Whether `left` lies below.
  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }

  /// The frame `count` frames further on.
  @inlinable
  public static func + (frame: Self, count: UInt64) -> Self { Self(frame.value &+ count) }

  /// The number.
  public var description: String { "frame \(value)" }
}
