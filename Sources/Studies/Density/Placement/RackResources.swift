/// What machines on several hosts take, in the same order for all of them: memory outside pools, virtual
/// processors in thousandths, and the pages of each size of pool.
struct RackResources: Sendable, Hashable {
  static let memory = 0
  static let processors = 1
  /// The sizes of pages that some host has a pool of, or some machine takes from one.
  let pools: [UInt64]
  /// Whether memory may be promised twice.
  let isOvercommitted: Bool

  var count: Int { 2 + pools.count }

  /// What a machine takes.
  func demand(_ overhead: MachineOverhead) -> [UInt64] {
    let flavour = overhead.flavour
    let memory = DensityDemand.memory(overhead, isOvercommitted)
    return [memory, UInt64(flavour.processors) * 1000]
      + pools.map { size in
        flavour.usesPool && flavour.backingBytes == size
          ? (flavour.memoryBytes + size - 1) / size : 0
      }
  }
}

/// A NUMA node of a real host, or a host whose nodes nobody knows, with what is left of each resource.
struct RackRoom: Sendable, Hashable {
  /// The node's number; nothing where the room is the whole host.
  let number: Int?
  var left: [UInt64]

  /// Whether it has enough for a machine.
  func holds(_ demand: [UInt64]) -> Bool {
    for index in demand.indices where left[index] < demand[index] { return false }
    return true
  }

  /// How many such machines it has enough for; nothing where there is no end.
  func count(_ demand: [UInt64]) -> UInt64? {
    zip(left, demand).filter { $0.1 > 0 }.map { $0.0 / $0.1 }.min()
  }

  mutating func take(_ demand: [UInt64], _ count: UInt64 = 1) {
    for index in demand.indices { left[index] -= min(left[index], demand[index] * count) }
  }
}

extension RackRoom {
  /// The rooms of a host with what is left beside what runs there; one where nodes are not told apart.
  ///
  /// A machine lies on the node that it is bound to, and any other on the node with the most memory left
  /// among those that it may lie on; one that no node holds is spread over them. Of what is kept for the host
  /// each node has its share by its memory.
  static func all(
    of inventory: InventoryHost, _ host: DensityHost, running: [InventoryMachine],
    _ resources: RackResources, byNode: Bool
  ) -> [RackRoom] {
    let nodes = inventory.nodes.filter { ($0.memoryBytes?.value ?? 0) > 0 }
    var rooms =
      byNode && nodes.count > 1
      ? nodes.map { node in room(node, among: nodes, inventory, host, resources) }
      : [whole(host, resources)]
    // Those that have no choice first, then the largest.
    let machines = running.map { machine in
      let flavour = DensityFlavour(machine, on: host)
      let overhead = MachineOverhead(flavour, freesHugePageRecords: host.freesHugePageRecords)
      let allowed = rooms.indices.filter { index in
        machine.nodes.isEmpty || rooms[index].number.map(machine.nodes.contains) ?? true
      }
      return (
        demand: resources.demand(overhead),
        allowed: allowed.isEmpty ? Array(rooms.indices) : allowed
      )
    }
    for machine in machines.enumerated().sorted(by: {
      ($0.element.allowed.count, $1.element.demand[0], $0.offset)
        < ($1.element.allowed.count, $0.element.demand[0], $1.offset)
    }).map(\.element) {
      let holding = machine.allowed.filter { rooms[$0].holds(machine.demand) }
      if let best = holding.max(by: { rooms[$0].left[0] < rooms[$1].left[0] }) {
        rooms[best].take(machine.demand)
      } else {
        spread(machine.demand, over: machine.allowed, &rooms)
      }
    }
    return rooms
  }

  private static func whole(_ host: DensityHost, _ resources: RackResources) -> RackRoom {
    RackRoom(
      number: nil,
      left: [host.usableBytes, thousandths(host.processors, host)]
        + resources.pools.map { size in
          host.pools.first { $0.pageBytes == size }?.pages ?? 0
        })
  }

  private static func room(
    _ node: InventoryNode, among nodes: [InventoryNode], _ inventory: InventoryHost,
    _ host: DensityHost, _ resources: RackResources
  ) -> RackRoom {
    func pages(_ size: UInt64) -> UInt64 {
      let own = inventory.hugePages.filter { $0.pageBytes == size && $0.nodeNumber != nil }
      guard own.isEmpty else {
        return own.filter { $0.nodeNumber == node.number }.reduce(0) { $0 + $1.total.value }
      }
      // Nobody says where a pool's pages lie: they are spread evenly.
      return (host.pools.first { $0.pageBytes == size }?.pages ?? 0) / UInt64(nodes.count)
    }
    let memory = node.memoryBytes?.value ?? 0
    let all = nodes.reduce(UInt64(0)) { $0 + ($1.memoryBytes?.value ?? 0) }
    let pooled = host.pools.reduce(UInt64(0)) { $0 + pages($1.pageBytes) * $1.pageBytes }
    let kept = host.memoryBytes - min(host.usableBytes + host.poolBytes, host.memoryBytes)
    let share = UInt64(UInt128(kept) * UInt128(memory) / UInt128(max(all, 1)))
    let processors =
      node.processors?.value ?? host.processors.map { $0 / nodes.count }
    return RackRoom(
      number: node.number,
      left: [
        memory - min(memory, pooled + share), thousandths(processors, host),
      ] + resources.pools.map(pages))
  }

  /// What so many processors bear; more than anybody takes where they are not counted.
  private static func thousandths(_ processors: Int?, _ host: DensityHost) -> UInt64 {
    guard let processors else { return 1 << 60 }
    let ratio = host.processorRatio.isFinite ? host.processorRatio : 0
    return UInt64(min(max((Double(processors) * ratio * 1000).rounded(.down), 0), 1e15))
  }

  /// Takes a machine off several rooms, from the one with the most left on.
  private static func spread(
    _ demand: [UInt64], over allowed: [Int], _ rooms: inout [RackRoom]
  ) {
    for index in demand.indices {
      var rest = demand[index]
      for room in allowed.sorted(by: { rooms[$0].left[index] > rooms[$1].left[index] }) {
        let part = min(rest, rooms[room].left[index])
        rooms[room].left[index] -= part
        rest -= part
      }
    }
  }
}
