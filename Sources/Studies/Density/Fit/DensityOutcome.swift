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

  /// A NUMA node of a host whose nodes are listed, with the machines that lie on it.
  public struct OfNode: Sendable, Hashable {
    /// How many machines.
    public let machines: UInt64
    /// The memory outside pools that they take.
    public let usedBytes: UInt64
    /// The memory outside pools that there is for machines.
    public let usableBytes: UInt64
    /// The processors; nothing where they are not told by node.
    public let processors: Int?
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

  /// How many machines boot times let in.
  public struct BootLimit: Sendable, Hashable {
    /// What is done so that more are ready in time.
    public enum Help: String, Sendable, Hashable, CaseIterable {
      /// Nothing.
      case none
      /// What a guest touches while it boots, as a boot before has recorded it, is populated before it starts.
      case hotSet
      /// All memory is populated before machines start.
      case populated
    }

    /// How many machines of each kind, started at once, are ready in time.
    public let counts: [UInt64]
    /// How many would be if memory and all else had no end; nothing where that is more than twice as many as
    /// fit.
    public let alone: UInt64?
    /// How many are ready in time with some help.
    public let helped: [Helped]
    /// How many are at the highest and at the lowest of the profile's prices.
    public let range: ClosedRange<UInt64>

    /// What a help makes of the limit.
    public struct Helped: Sendable, Hashable {
      /// What is done.
      public let help: Help
      /// How many machines are ready in time with it.
      public let machines: UInt64
    }

    /// How many machines, started at once, are ready in time.
    public var machines: UInt64 { counts.reduce(0, +) }

    /// How many are with a help.
    public func machines(with help: Help) -> UInt64? {
      help == .none ? machines : helped.first { $0.help == help }?.machines
    }
  }

  /// What merging gives back, as the model of merging has it.
  public struct MergingFigure: Sendable, Hashable {
    /// The part of what guests use that is given back.
    public let share: Double
    /// The part that would be if every page were merged that ever can be.
    public let ceiling: Double
    /// How many machines the fleet has.
    public let machines: UInt64
    /// How long the scanner has run.
    public let seconds: Double
  }

  /// A part of what a machine takes that nobody measured, and how far all machines together may be off.
  public struct Mover: Sendable, Hashable {
    /// What it is.
    public let kind: OverheadPart.Kind
    /// How many bytes of all machines lie between its least and its most.
    public let bytes: UInt64
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
  /// The listed nodes, where each machine lies on one of them.
  public internal(set) var nodes: [OfNode] = []
  /// How likely pressure is; nothing without overcommitment.
  public internal(set) var risk: Double?
  /// How likely it is as machines are added in proportion.
  public internal(set) var curve: [RiskPoint] = []
  /// How many machines fit where all that nobody measured is the most and the least that it may be.
  public internal(set) var range: ClosedRange<UInt64>
  /// What nobody measured and moves most bytes, up to three parts.
  public internal(set) var movers: [Mover] = []
  /// What merging gives back; nothing where the model of merging was not asked.
  public internal(set) var merging: MergingFigure?
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
