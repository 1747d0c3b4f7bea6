public import Costs
public import HostMemory
public import Simulation

/// How many virtual machines fit, and what binds first.
///
/// The same value gives the same outcome in every run.
public struct Density: Sendable, Hashable {
  /// How far guests may be promised more memory than there is.
  public struct Overcommit: Sendable, Hashable {
    /// The probability, at any moment, with which guests may want more than there is.
    public var risk: Double
    /// The part of the time in which all guests are at the same part of their distributions, and not each
    /// somewhere on its own: their correlation.
    public var correlation: Double

    /// A risk, and the correlation of what guests use.
    public init(risk: Double, correlation: Double = 0) {
      self.risk = risk
      self.correlation = correlation
    }
  }

  /// When machines that boot at once must be ready.
  public struct BootTarget: Sendable, Hashable {
    /// How long after its start a machine may be ready.
    public var ready: VirtualDuration
    /// The percent of all machines that this is asked of.
    public var percentile = 99.0
    /// What it costs.
    public var profile: CostProfile

    /// A target at a profile's prices.
    public init(ready: VirtualDuration, profile: CostProfile) {
      self.ready = ready
      self.profile = profile
    }
  }

  /// Merging of pages that are the same, as far as the model of merging tells it.
  public struct Merging: Sendable, Hashable {
    /// What is in the machines' memory.
    public var mix = FleetMix()
    /// How long the scanner has run, in seconds.
    public var seconds = 3600.0
    /// The scanner's settings.
    public var settings = MergingSettings()

    /// A mix to start from, an hour after all machines started.
    public init() {}
  }

  /// The host, or one of several that are alike.
  public var host: DensityHost
  /// The kinds of machines.
  public var flavours: [DensityFlavour]
  /// Whether each machine lies on one node.
  public var bindsNodes = false
  /// How far memory is promised twice; nothing where all may be used at once.
  public var overcommit: Overcommit?
  /// When machines must be ready.
  public var boot: BootTarget?
  /// What is merged; nothing where it isn't, or where each kind of machine says how much it assumes.
  public var merging: Merging?
  /// Kinds of machines on a host.
  public init(_ flavours: [DensityFlavour], on host: DensityHost) {
    self.flavours = flavours
    self.host = host
  }
}
