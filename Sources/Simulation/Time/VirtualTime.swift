/// A moment of a simulation: picoseconds since its start.
public struct VirtualTime: Sendable, Hashable, Comparable {
  /// The picoseconds since the start.
  public let picoseconds: Int64

  /// The moment so many picoseconds after the start.
  @inlinable
  public init(picoseconds: Int64) { self.picoseconds = picoseconds }

  /// The start of a simulation.
  public static let start = VirtualTime(picoseconds: 0)

  /// A moment later than all that a simulation reaches.
  static let never = VirtualTime(picoseconds: .max)

  /// Whether a moment comes before another.
  public static func < (one: VirtualTime, other: VirtualTime) -> Bool {
    one.picoseconds < other.picoseconds
  }

  /// The moment so much later; the last of all where there is none so late.
  @inlinable
  public static func + (time: VirtualTime, duration: VirtualDuration) -> VirtualTime {
    let (sum, overflow) = time.picoseconds.addingReportingOverflow(duration.picoseconds)
    return VirtualTime(picoseconds: overflow ? .max : sum)
  }

  /// How much later a moment is than another.
  @inlinable
  public static func - (later: VirtualTime, earlier: VirtualTime) -> VirtualDuration {
    VirtualDuration(picoseconds: later.picoseconds - earlier.picoseconds)
  }
}
