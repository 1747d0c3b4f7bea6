/// How many more machines fit on a real host with several NUMA nodes, each machine on one of them.
public struct NodeFit: Sendable, Hashable {
  /// A node.
  public struct Node: Sendable, Hashable {
    /// Its number.
    public let number: Int
    /// How many more machines fit on it.
    public let machines: UInt64
  }

  /// The nodes.
  public let nodes: [Node]
  /// The memory that is left over then, by cause.
  public let stranded: [PlacementOutcome.Cause: UInt64]

  /// How many fit on all nodes.
  public var machines: UInt64 { nodes.reduce(0) { $0 + $1.machines } }

  /// The fit on a host beside what runs there; nothing where its nodes are not told apart.
  public init?(
    _ inventory: InventoryHost, _ host: DensityHost, running: [InventoryMachine],
    adding flavour: DensityFlavour, isOvercommitted: Bool
  ) {
    let resources = RackResources(
      pools: host.pools.map(\.pageBytes), isOvercommitted: isOvercommitted)
    var rooms = RackRoom.all(
      of: inventory, host, running: running, resources, byNode: true)
    guard rooms.count > 1 else { return nil }
    let overhead = MachineOverhead(flavour, freesHugePageRecords: host.freesHugePageRecords)
    let demand = resources.demand(overhead)
    var nodes: [Node] = []
    for index in rooms.indices {
      let count = rooms[index].count(demand) ?? 0
      rooms[index].take(demand, count)
      nodes.append(Node(number: rooms[index].number ?? index, machines: count))
    }
    self.nodes = nodes
    stranded = PlacementOutcome.stranded(rooms, [demand], resources)
  }
}

extension PlacementOutcome {
  /// The memory that is left over in a host's rooms, by cause.
  static func stranded(
    _ rooms: [RackRoom], _ demands: [[UInt64]], _ resources: RackResources
  ) -> [Cause: UInt64] {
    var stranded: [Cause: UInt64] = [:]
    for (index, size) in resources.pools.enumerated() {
      stranded[.pool, default: 0] += rooms.reduce(0) { $0 + $1.left[2 + index] } * size
    }
    let memory = RackResources.memory
    let smallest = demands.map { $0[memory] }.min() ?? 0
    let free = rooms.reduce(UInt64(0)) { $0 + $1.left[memory] }
    let isRoom = rooms.contains { room in demands.contains { room.holds($0) } }
    let isOnNode = rooms.contains { $0.left[memory] >= smallest }
    let cause: Cause =
      isRoom ? .room : isOnNode ? .others : free >= smallest ? .nodes : .remainder
    stranded[cause, default: 0] += free
    return stranded.filter { $0.value > 0 }
  }
}
