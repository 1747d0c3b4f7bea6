/// The times of many actors together, which may be longer than any one time can be.
public struct TotalTime: Sendable, Hashable, Comparable {
  /// The time in picoseconds.
  public var picoseconds: Int128

  /// A time of so many picoseconds.
  public init(picoseconds: Int128) { self.picoseconds = picoseconds }

  /// The time of one.
  public init(_ duration: VirtualDuration) { picoseconds = Int128(duration.picoseconds) }

  /// No time at all.
  public static let zero = TotalTime(picoseconds: 0)

  /// The time in nanoseconds, rounded to the nearest.
  public var nanoseconds: Int128 { (picoseconds + 500) / 1000 }

  /// Whether a time is the shorter one.
  public static func < (one: TotalTime, other: TotalTime) -> Bool {
    one.picoseconds < other.picoseconds
  }

  /// Both times together.
  public static func + (one: TotalTime, other: TotalTime) -> TotalTime {
    TotalTime(picoseconds: one.picoseconds + other.picoseconds)
  }

  /// What is left of a time.
  public static func - (one: TotalTime, other: TotalTime) -> TotalTime {
    TotalTime(picoseconds: one.picoseconds - other.picoseconds)
  }

  /// Adds a time.
  public static func += (one: inout TotalTime, other: TotalTime) {
    one.picoseconds += other.picoseconds
  }

  /// Adds the time of one.
  public static func += (one: inout TotalTime, other: VirtualDuration) {
    one.picoseconds += Int128(other.picoseconds)
  }

  /// A time so many times.
  public static func * (time: TotalTime, times: Int) -> TotalTime {
    TotalTime(picoseconds: time.picoseconds * Int128(times))
  }
}
