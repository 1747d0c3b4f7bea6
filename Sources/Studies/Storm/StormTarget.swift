public import Simulation

/// What a storm must keep to be acceptable.
public struct StormTarget: Sendable, Hashable {
  /// The part of all machines, in percent, that must be ready in time.
  public var percentile = 99.0
  /// How long after its planned start a machine may be ready at the latest.
  public var ready: VirtualDuration?
  /// The most bytes that all machines may come to use.
  public var memoryBytes: UInt64?

  /// No target.
  public init() {}

  /// What an outcome misses, each as a sentence.
  public func misses(of outcome: StormOutcome) -> [String] {
    var misses: [String] = []
    if let ready {
      let times = Distribution(outcome.flavours.flatMap { $0.ready.values })
      let found = times.percentile(percentile)
      if found > ready {
        misses.append(
          "p\(Self.text(percentile)) ready is \(found.milliseconds) ms, and at most"
            + " \(ready.milliseconds) ms are wanted")
      }
    }
    if let memoryBytes, outcome.usedBytes > memoryBytes {
      misses.append(
        "the machines use \(outcome.usedBytes >> 20) MiB, and at most \(memoryBytes >> 20) MiB are"
          + " wanted")
    }
    return misses
  }

  private static func text(_ percentile: Double) -> String {
    percentile == percentile.rounded() ? "\(Int(percentile))" : "\(percentile)"
  }
}

extension VirtualDuration {
  /// The milliseconds, rounded.
  fileprivate var milliseconds: Int64 { (picoseconds + 500_000_000) / 1_000_000_000 }
}
