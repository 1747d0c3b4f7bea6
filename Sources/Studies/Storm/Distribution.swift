public import Simulation

/// Times in ascending order.
public struct Distribution: Sendable, Hashable {
  /// The times.
  public let values: [VirtualDuration]

  /// The distribution of some times.
  public init(_ values: [VirtualDuration]) { self.values = values.sorted() }

  /// The least time that is no less than such a part of all, by nearest rank.
  public func percentile(_ part: Double) -> VirtualDuration {
    guard !values.isEmpty else { return .zero }
    let rank = Int((part / 100 * Double(values.count)).rounded(.up))
    return values[min(max(rank, 1), values.count) - 1]
  }

  /// The least time.
  public var least: VirtualDuration { values.first ?? .zero }

  /// The greatest time.
  public var most: VirtualDuration { values.last ?? .zero }
}
