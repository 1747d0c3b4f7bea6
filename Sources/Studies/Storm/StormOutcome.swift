public import Costs
public import Simulation

/// What became of a storm.
public struct StormOutcome: Sendable {
  /// What became of one flavour.
  public struct OfFlavour: Sendable {
    /// What it is called.
    public let name: String
    /// How many machines there were.
    public let count: Int
    /// When each was ready, from its planned start.
    public let ready: Distribution
    /// When one of them is ready that is alone on the host.
    public let alone: VirtualDuration
    /// When a guest is ready whose touches cost nothing.
    public let bareMetal: VirtualDuration
    /// The counts of one machine: as what else is told of one, of the first where they vary.
    public let ledger: Ledger
    /// The bytes that one machine comes to use.
    public let usedBytes: UInt64
    /// The bytes of the second stage's tables of one machine.
    public let tableBytes: UInt64
    /// The bytes of the tables of one machine's process for its memory.
    public let processTableBytes: UInt64
    /// The bytes of the second stage's tables of all machines.
    public let allTableBytes: UInt64
    /// The bytes of the tables of all machines' processes for their memory.
    public let allProcessTableBytes: UInt64
    /// How many different guests the machines have.
    public let kinds: Int
  }

  /// The flavours, in the order of the fleet.
  public let flavours: [OfFlavour]
  /// When each machine was ready, from the start of the storm.
  public let ready: Distribution
  /// The counts of all machines.
  public let ledger: Ledger
  /// Where the time of all machines went until they were done.
  public let shares: TimeShares
  /// The faults of each kind and the bytes of frames, over time.
  public let series: TimeSeries
  /// How the lock of the host's free frames was used.
  public let frameLock: LockUse
  /// How the locks of machines were used whose processors could meet there.
  public let machineLocks: LockUse
  /// How the words of those locks were used.
  public let machineWords: SharedWordUse
  /// How the words of the locks of their processes' memory were used.
  public let processWords: SharedWordUse
  /// How storage was used.
  public let storage: DeviceUse
  /// How the network was used.
  public let network: DeviceUse
  /// How the page cache was used that machines share.
  public let pageCache: PageCacheUse
  /// When the last machine was done.
  public let end: VirtualTime
  /// The bytes that all machines come to use.
  public let usedBytes: UInt64
  /// The work that is done for all machines before their guests' first instruction, and by threads that
  /// populate memory beside them.
  public let setUp: TotalTime
  /// How the faults were counted.
  public let mode: Storm.Mode
  /// Why one machine could not be counted for all of its kind, where that was asked; empty where it could.
  public let limits: [CohortLimit]
  /// The bill of all machines' faults.
  public let bill: Bill

  /// The faults of a kind, by bin.
  public func faults(of kind: FaultKind) -> [Int64] {
    series.values(of: StormQuantity.faults + Int(kind.rawValue))
  }

  /// The faults of a kind in each second, by bin.
  public func rate(of kind: FaultKind) -> [Double] {
    let seconds = Double(series.bin.picoseconds) / 1e12
    return series.values(of: StormQuantity.faults + Int(kind.rawValue)).map {
      Double($0) / seconds
    }
  }

  /// The bytes of frames that have been taken at the end of each bin.
  public var committedBytes: [UInt64] {
    var sum: UInt64 = 0
    return series.values(of: StormQuantity.bytes).map {
      sum += UInt64($0)
      return sum
    }
  }

  /// The components whose prices its times are made of.
  ///
  /// That is what was counted, and what no ledger has for it only says when others wait: the part of taking
  /// frames under their lock, and the ways of lines, which processors that never meet don't pay for.
  var pricedComponents: [Component] {
    let ledger = ledger.withoutAccesses
    return Component.allCases.filter {
      switch $0 {
      case .frameLock: ledger.amount(of: .allocate) > 0
      case .lineTransfer: machineWords.transfers + processWords.transfers > 0
      default: ledger.amount(of: $0) > 0
      }
    }
  }
}
