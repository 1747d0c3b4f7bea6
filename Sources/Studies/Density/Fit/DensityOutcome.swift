/// How many machines fit, and what each takes.
public struct DensityOutcome: Sendable, Hashable {
  /// One kind of machine.
  public struct OfFlavour: Sendable, Hashable {
    /// What each machine takes, by parts.
    public let overhead: MachineOverhead
    /// What others say that it takes.
    public let rules: [OverheadRule]
    /// How many fit.
    public var count: UInt64
    /// How many lie on each node.
    public var onNodes: [UInt64]
  }

  /// How likely pressure is with so many machines.
  public struct RiskPoint: Sendable, Hashable {
    /// How many machines of all kinds.
    public let machines: UInt64
    /// The memory that they were promised, as a part of what can be used.
    public let promised: Double
    /// The probability that they use more than there is.
    public let risk: Double
  }

  /// Whether boot times let so many machines in.
  public struct BootLimit: Sendable, Hashable {
    /// How many machines, started at once, are ready in time.
    public let machines: UInt64
    /// How many are with all memory populated before they start.
    public let populated: UInt64
  }

  /// The kinds of machines.
  public internal(set) var flavours: [OfFlavour]
  /// What the machines are worth, and what no choice is worth more than.
  public internal(set) var worth: UInt64
  /// What no choice is worth more than.
  public internal(set) var bound: UInt64
  /// How many steps it took to prove that.
  public internal(set) var steps: Int
  /// What there is an end of, the tightest first.
  public internal(set) var constraints: [DensityConstraint]
  /// How many machines would fit if one could lie on several nodes; nothing where that is so anyway.
  public internal(set) var acrossNodes: UInt64?
  /// How likely pressure is; nothing without overcommitment.
  public internal(set) var risk: Double?
  /// How likely it is as machines are added in proportion.
  public internal(set) var curve: [RiskPoint] = []
  /// How many machines boot in time; nothing where that is not asked for.
  public internal(set) var boot: BootLimit?
  /// Where machines were placed on several hosts; nothing where that is not asked for.
  public internal(set) var placement: PlacementOutcome?

  /// How many machines fit.
  public var count: UInt64 { flavours.reduce(0) { $0 + $1.count } }
  /// Whether there is no better choice.
  public var isBest: Bool { worth == bound }
  /// How many machines fit and boot in time.
  public var countInTime: UInt64 { boot.map { min($0.machines, count) } ?? count }
}
