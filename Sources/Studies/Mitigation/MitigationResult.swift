public import Simulation

/// What becomes of a storm with one mitigation.
public struct MitigationResult: Sendable {
  /// The figures that are weighed against each other.
  public struct Figures: Sendable, Hashable {
    /// When so many machines are ready as the target asks for, each from its planned start.
    public let ready: VirtualDuration
    /// When the last machine is ready, from the start of the first.
    public let allReady: VirtualDuration
    /// The bytes that all machines come to use.
    public let usedBytes: UInt64
    /// The work that is done for all machines before their guests' first instruction.
    public let setUp: TotalTime
    /// How long after the first machine the last one is meant to start.
    public let heldBack: VirtualDuration
    /// What of the target is missed, each as a sentence.
    public let misses: [String]

    /// Figures.
    public init(
      ready: VirtualDuration, allReady: VirtualDuration, usedBytes: UInt64, setUp: TotalTime,
      heldBack: VirtualDuration, misses: [String]
    ) {
      self.ready = ready
      self.allReady = allReady
      self.usedBytes = usedBytes
      self.setUp = setUp
      self.heldBack = heldBack
      self.misses = misses
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

  /// The mitigation.
  public let mitigation: Mitigation
  /// The figures, or why there are none: the host may have too little memory for it.
  public let figures: Result<Figures, StormError>
  /// Whether no other mitigation beats it.
  public internal(set) var isUnbeaten = false
}
