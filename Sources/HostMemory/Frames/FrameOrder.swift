/// How many frames lie side by side in a run that is handed out as one: 2 to the power of the order.
public enum FrameOrder: UInt8, Sendable, Hashable, CaseIterable, Comparable {
  /// One frame: 4 KiB.
  case small = 0
  /// 512 frames: 2 MiB.
  case large = 9
  /// 262,144 frames: 1 GiB.
  case huge = 18

  /// The order of runs of so many bytes, if there is one.
  @inlinable
  public init?(bytes: UInt64) {
    switch bytes {
    case 1 << 12: self = .small
    case 1 << 21: self = .large
    case 1 << 30: self = .huge
    default: return nil
    }
  }

  /// The frames of a run.
  @inlinable
  public var frames: UInt64 { 1 &<< UInt64(rawValue) }

  /// The bytes of a run.
  @inlinable
  public var bytes: UInt64 { 4096 &<< UInt64(rawValue) }

  /// The next smaller order, if there is one.
  @inlinable
  public var smaller: FrameOrder? {
    switch self {
    case .small: nil
    case .large: .small
    case .huge: .large
    }
  }

  /// Whether `left` is of fewer frames.
  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
