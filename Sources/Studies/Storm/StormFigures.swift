import Costs
public import Simulation

/// The figures by which storms are weighed against each other.
public struct StormFigures: Sendable, Hashable {
  /// When half of the machines are ready, each from its planned start.
  public let half: VirtualDuration
  /// When so many machines are ready as the target asks for, each from its planned start.
  public let ready: VirtualDuration
  /// When the last machine is ready, from the start of the first.
  public let allReady: VirtualDuration
  /// The bytes that all machines come to use.
  public let usedBytes: UInt64
  /// The work that is done for all machines before their guests' first instruction.
  public let setUp: TotalTime
  /// How long after the first machine the last one is held back by the policy.
  public let heldBack: VirtualDuration
  /// The faults of the second stage.
  public let exits: UInt64
  /// What of the target is missed, each as a sentence.
  public let misses: [String]

  /// The figures of a storm, by what was wanted of it.
  public init(_ storm: Storm, _ outcome: StormOutcome, _ target: StormTarget) {
    let times = Distribution(outcome.flavours.flatMap { $0.ready.values })
    half = times.percentile(50)
    ready = times.percentile(target.percentile)
    allReady = outcome.ready.most
    usedBytes = outcome.usedBytes
    setUp = outcome.setUp
    heldBack =
      VirtualDuration(nanoseconds: Int64(storm.policy.staggerNanoseconds)) * Int64(storm.count - 1)
    exits = outcome.ledger.exits
    misses = target.misses(of: outcome)
  }

  /// The figures that decide between policies, and nothing else.
  public init(allReady: VirtualDuration, usedBytes: UInt64, setUp: TotalTime) {
    half = allReady
    ready = allReady
    self.allReady = allReady
    self.usedBytes = usedBytes
    self.setUp = setUp
    heldBack = .zero
    exits = 0
    misses = []
  }

  /// Whether others are nowhere worse and somewhere better: in when all are ready, in memory and in
  /// set-up.
  ///
  /// The last machine counts from the first one's start, so that holding machines back is no gain.
  public func isBeaten(by other: Self) -> Bool {
    guard
      other.allReady <= allReady, other.usedBytes <= usedBytes, other.setUp <= setUp
    else { return false }
    return other.allReady < allReady || other.usedBytes < usedBytes || other.setUp < setUp
  }
}

extension Storm {
  /// The figures of what becomes of the storm, or why there are none.
  public func figures(_ target: StormTarget) -> Result<StormFigures, StormError> {
    do throws(StormError) {
      return .success(StormFigures(self, try run(), target))
    } catch {
      return .failure(error)
    }
  }
}
