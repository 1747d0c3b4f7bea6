import Paging

/// Where a list of machines is placed on real hosts that need not be alike, beside what runs on them.
public struct RackPlacement: Sendable, Hashable {
  /// A host that machines were placed on.
  public struct Host: Sendable, Hashable {
    /// What it is called.
    public let name: String
    /// How many machines of each kind it was given.
    public let counts: [UInt64]
    /// The memory outside pools that is left.
    public let freeBytes: UInt64
  }

  /// The kinds of machines; how many are to be placed is in each.
  public let flavours: [DensityFlavour]
  /// The hosts that were given machines, in the order in which they were opened.
  public let hosts: [Host]
  /// How many hosts there are.
  public let hostCount: Int
  /// How few hosts no placement of the machines that were placed goes below.
  public let bound: Int
  /// How many machines of each kind found no place.
  public let unplaced: [UInt64]
  /// How many machines no placement goes beyond.
  public let mostPlaced: UInt64
  /// The memory that is left over on the hosts that were given machines, by cause.
  public let stranded: [PlacementOutcome.Cause: UInt64]

  /// How many machines were placed.
  public var placed: UInt64 { hosts.reduce(0) { $0 + $1.counts.reduce(0, +) } }

  /// Places machines, as many of each kind as it says, on hosts beside what runs on each.
  ///
  /// The largest machines come first, in three orders, or the smallest; the best counts. Each goes where least is left
  /// among the hosts that have been given some, and where none of them holds it, to the largest of the
  /// others. In the end each host whose machines a smaller free one would hold gives them to that.
  public init(
    _ flavours: [DensityFlavour], on inventory: Inventory, processorRatio: Double = 1,
    byNode: Bool = true, isOvercommitted: Bool = false,
    adjusting: (inout DensityHost) -> Void = { _ in }
  ) {
    let bases = inventory.hosts.map { host in
      var base = DensityHost(host, processorRatio: processorRatio)
      adjusting(&base)
      return base
    }
    let pools = Set(
      bases.flatMap { $0.pools.map(\.pageBytes) }
        + flavours.filter(\.usesPool).map(\.backingBytes))
    let resources = RackResources(pools: pools.sorted(), isOvercommitted: isOvercommitted)
    var running: [String: [InventoryMachine]] = [:]
    for machine in inventory.machines {
      running[machine.host ?? inventory.hosts.first?.name ?? "", default: []].append(machine)
    }
    let hosts = zip(inventory.hosts, bases).map { host, base in
      RackHost(
        architecture: base.architecture,
        rooms: RackRoom.all(
          of: host, base, running: running[host.name] ?? [], resources, byNode: byNode))
    }
    let demands = flavours.map { resources.demand(MachineOverhead($0)) }
    let wanted = flavours.map { UInt64(max($0.placed ?? 0, 0)) }
    let search = RackSearch(
      hosts: hosts, demands: demands, architectures: flavours.map(\.host.isa), wanted: wanted)
    let best = search.best()
    self.flavours = flavours
    self.hosts = best.opened.map { number in
      Host(
        name: inventory.hosts[number].name, counts: best.counts[number] ?? [],
        freeBytes: best.hosts[number].rooms.reduce(0) { $0 + $1.left[RackResources.memory] })
    }
    hostCount = hosts.count
    unplaced = best.unplaced
    bound = search.fewest(zip(wanted, best.unplaced).map { $0 - $1 })
    mostPlaced = search.most()
    stranded = best.opened.reduce(into: [:]) { sum, number in
      let own = PlacementOutcome.stranded(best.hosts[number].rooms, demands, resources)
      for (cause, bytes) in own { sum[cause, default: 0] += bytes }
    }
  }
}
