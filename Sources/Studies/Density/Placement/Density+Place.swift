extension Density {
  /// Places machines on hosts such as this one: the largest first, each where least is left, and then in
  /// two other orders; the fewest hosts count.
  func place(_ overheads: [MachineOverhead]) throws(DensityError) -> PlacementOutcome {
    let demand = try DensityDemand(self, overheads)
    let packing = demand.packing
    var wanted = flavours.indices.map { UInt64(max(flavours[$0].placed ?? 0, 0)) }
    var unplaced = Array(repeating: UInt64(0), count: flavours.count)
    let empty = PlacedHost(packing)
    for item in flavours.indices where empty.place(for: item, packing) == nil {
      unplaced[item] = wanted[item]
      wanted[item] = 0
    }
    let load = packing.items.map { item in
      zip(item.demand, packing.resources).map { Double($0) / Double(max($1.capacity, 1)) }
    }
    let orders = [
      flavours.indices.sorted { (load[$1].max() ?? 0, $0) < (load[$0].max() ?? 0, $1) },
      flavours.indices.sorted {
        (load[$1].reduce(0, +), $0) < (load[$0].reduce(0, +), $1)
      },
      flavours.indices.sorted {
        (packing.items[$1].demand[0], $0) < (packing.items[$0].demand[0], $1)
      },
    ]
    var best: [PlacedHost]?
    for order in orders {
      let hosts = fill(order, wanted, packing)
      if best.map({ hosts.count < $0.count }) ?? true { best = hosts }
    }
    let hosts = best ?? []
    return PlacementOutcome(
      hosts: hosts.map(\.counts), bound: bound(wanted, packing),
      stranded: stranded(hosts, demand), unplaced: unplaced)
  }

  private func fill(_ order: [Int], _ wanted: [UInt64], _ packing: Packing) -> [PlacedHost] {
    var hosts: [PlacedHost] = []
    for item in order {
      // A host that had no room for one of a kind has none for the next of it.
      var first = 0
      for _ in 0..<wanted[item] {
        var tightest: (host: Int, node: Int, left: Double)?
        var isFirst = true
        for number in first..<hosts.count {
          guard let node = hosts[number].place(for: item, packing) else {
            if isFirst { first = number + 1 }
            continue
          }
          isFirst = false
          let left = hosts[number].left(after: item, on: node, packing)
          if tightest.map({ left < $0.left }) ?? true { tightest = (number, node, left) }
        }
        if let tightest {
          hosts[tightest.host].put(item, on: tightest.node, packing)
        } else {
          var host = PlacedHost(packing)
          guard let node = host.place(for: item, packing) else { continue }
          host.put(item, on: node, packing)
          hosts.append(host)
        }
      }
    }
    return hosts
  }

  /// How few hosts there must be: for each resource what is wanted by what a host has, and for each kind
  /// alone as many as a host holds of it.
  private func bound(_ wanted: [UInt64], _ packing: Packing) -> Int {
    var most = 0
    for (index, resource) in packing.resources.enumerated() {
      let sum = flavours.indices.reduce(UInt128(0)) {
        $0 + UInt128(wanted[$1]) * UInt128(packing.items[$1].demand[index])
      }
      let capacity = UInt128(resource.total(packing.nodes).partialValue)
      guard sum > 0, capacity > 0 else { continue }
      most = max(most, Int((sum + capacity - 1) / capacity))
    }
    for item in flavours.indices where wanted[item] > 0 {
      var host = PlacedHost(packing)
      var count: UInt64 = 0
      while count < wanted[item], let node = host.place(for: item, packing) {
        host.put(item, on: node, packing)
        count += 1
      }
      if count > 0 { most = max(most, Int((wanted[item] + count - 1) / count)) }
    }
    return most
  }

  /// The memory that is left over on the hosts, by cause.
  private func stranded(
    _ hosts: [PlacedHost], _ demand: DensityDemand
  ) -> [PlacementOutcome.Cause: UInt64] {
    let packing = demand.packing
    var stranded: [PlacementOutcome.Cause: UInt64] = [:]
    let smallest = packing.items.map { $0.demand[0] }.min() ?? 0
    for host in hosts {
      for size in self.host.poolSizes {
        let index = demand.kinds.firstIndex(of: .pool(pageBytes: size))
        let free = index.map { host.free($0) } ?? self.host.pages(of: size)
        stranded[.pool, default: 0] += free * size
      }
      let free = host.free(0)
      let isRoom = flavours.indices.contains { host.place(for: $0, packing) != nil }
      let isOnNode = host.mostFree(0) >= smallest
      let cause: PlacementOutcome.Cause =
        isRoom ? .room : isOnNode ? .others : free >= smallest ? .nodes : .remainder
      stranded[cause, default: 0] += free
    }
    return stranded.filter { $0.value > 0 }
  }
}

/// A host with what is left of its resources.
private struct PlacedHost {
  /// What is left on each node, and of what all nodes share on the first.
  private var left: [[UInt64]]
  private(set) var counts: [UInt64]

  init(_ packing: Packing) {
    left = (0..<packing.nodes).map { packing.capacities(on: $0) }
    counts = Array(repeating: 0, count: packing.items.count)
  }

  /// The node with the least room that has enough for an item.
  func place(for item: Int, _ packing: Packing) -> Int? {
    var best: Int?
    for node in left.indices {
      var isEnough = true
      for (index, amount) in packing.items[item].demand.enumerated() {
        let free = packing.resources[index].isOfNodes ? left[node][index] : left[0][index]
        if free < amount { isEnough = false }
      }
      if isEnough, best.map({ left[node][0] < left[$0][0] }) ?? true { best = node }
    }
    return best
  }

  mutating func put(_ item: Int, on node: Int, _ packing: Packing) {
    for (index, amount) in packing.items[item].demand.enumerated() {
      left[packing.resources[index].isOfNodes ? node : 0][index] -= amount
    }
    counts[item] += 1
  }

  /// How much would be left of all, each as a part of what there was.
  func left(after item: Int, on node: Int, _ packing: Packing) -> Double {
    var sum = 0.0
    for (index, resource) in packing.resources.enumerated() where resource.capacity > 0 {
      let free = left.indices.reduce(0.0) {
        $0 + (resource.isOfNodes || $1 == 0 ? Double(left[$1][index]) : 0)
      }
      sum += free / Double(resource.capacity)
    }
    return sum
  }

  /// What is left of a resource on all nodes.
  func free(_ resource: Int) -> UInt64 { left.reduce(0) { $0 + $1[resource] } }

  /// The most that is left of a resource on one node.
  func mostFree(_ resource: Int) -> UInt64 { left.map { $0[resource] }.max() ?? 0 }
}
