/// A length of virtual time.
public struct VirtualDuration: Sendable, Hashable, Comparable {
  /// The length in picoseconds.
  public var picoseconds: Int64

  /// A length of so many picoseconds.
  @inlinable
  public init(picoseconds: Int64) { self.picoseconds = picoseconds }

  /// A length of so many nanoseconds.
  @inlinable
  public init(nanoseconds: Int64) { picoseconds = nanoseconds * 1000 }

  /// No time at all.
  public static let zero = VirtualDuration(picoseconds: 0)

  /// The length in nanoseconds, rounded to the nearest.
  public var nanoseconds: Int64 { (picoseconds + 500) / 1000 }

  /// Whether a length is the shorter one.
  public static func < (one: VirtualDuration, other: VirtualDuration) -> Bool {
    one.picoseconds < other.picoseconds
  }

  /// Both lengths together.
  @inlinable
  public static func + (one: VirtualDuration, other: VirtualDuration) -> VirtualDuration {
    VirtualDuration(picoseconds: one.picoseconds + other.picoseconds)
  }

  /// What is left of a length.
  @inlinable
  public static func - (one: VirtualDuration, other: VirtualDuration) -> VirtualDuration {
    VirtualDuration(picoseconds: one.picoseconds - other.picoseconds)
  }

  /// Adds a length.
  @inlinable
  public static func += (one: inout VirtualDuration, other: VirtualDuration) {
    one.picoseconds += other.picoseconds
  }

  /// A length so many times; the greatest of all where it would be greater.
  @inlinable
  public static func * (duration: VirtualDuration, times: Int64) -> VirtualDuration {
    let (product, overflow) = duration.picoseconds.multipliedReportingOverflow(by: times)
    return VirtualDuration(picoseconds: overflow ? .max : product)
  }
}
