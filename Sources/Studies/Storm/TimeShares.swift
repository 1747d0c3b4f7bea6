public import Simulation

/// Time by what it went to.
public struct TimeShares: Sendable, Hashable {
  private var durations = Array(
    repeating: TotalTime.zero, count: TimeShare.allCases.count)

  /// No time.
  public init() {}

  /// The time that went to one thing.
  public subscript(share: TimeShare) -> TotalTime {
    get { durations[share.rawValue] }
    set { durations[share.rawValue] = newValue }
  }

  /// All time.
  public var total: TotalTime { durations.reduce(.zero, +) }

  /// Adds the times of others, so many times.
  public mutating func add(_ other: TimeShares, times: Int = 1) {
    for share in TimeShare.allCases { self[share] += other[share] * times }
  }
}
