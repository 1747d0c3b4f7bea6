public import Costs
public import Simulation

/// Many virtual machines that start at once.
///
/// The same value gives the same outcome, whatever machine and however many threads work it out.
public struct Storm: Sendable, Hashable {
  /// How the machines' faults are counted.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// One machine of each flavour is counted, and all of it are scheduled by its steps.
    case cohort
    /// Each machine is counted for itself.
    case everyVM = "every-vm"
    /// All machines run in one execution on one host, fault by fault.
    case reference
  }

  /// The host.
  public var host = StormHost()
  /// The virtual machines.
  public var fleet: [Flavour]
  /// What the host does so that the storm does less harm.
  public var policy = StormPolicy()
  /// What it costs.
  public var profile: CostProfile
  /// How faults are counted.
  public var mode = Mode.cohort
  /// Within what time machines start: each as long after its turn as is drawn at random.
  public var spread = VirtualDuration.zero
  /// Where the random generator starts.
  public var seed: UInt64 = 1

  /// A storm of these virtual machines on the default host.
  public init(_ fleet: [Flavour], profile: CostProfile) {
    self.fleet = fleet
    self.profile = profile
  }

  /// How many virtual machines there are.
  public var count: Int { fleet.reduce(0) { $0 + $1.count } }
}
