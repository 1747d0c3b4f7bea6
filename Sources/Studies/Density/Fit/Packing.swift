/// Which of several kinds of things to put into a host whose resources end, so that they are worth most.
struct Packing: Sendable, Hashable {
  /// A kind of thing.
  struct Item: Sendable, Hashable {
    /// What each is worth.
    var worth: UInt64
    /// How many there must be.
    var least: UInt64 = 0
    /// How many there may be.
    var most: UInt64?
    /// What each takes of each resource.
    var demand: [UInt64]
  }

  /// What there is an end of.
  struct Resource: Sendable, Hashable {
    /// How much there is, on each node where it belongs to nodes; where these are not alike, on one of them
    /// on average.
    var capacity: UInt64
    /// Whether each node has its own.
    var isOfNodes = false
    /// How much each node has, where they are not alike.
    var onNodes: [UInt64]?

    /// How much there is on a node.
    func capacity(on node: Int) -> UInt64 { onNodes?[node] ?? capacity }

    /// How much there is on all of so many nodes.
    func total(_ nodes: Int) -> (partialValue: UInt64, overflow: Bool) {
      guard isOfNodes else { return (capacity, false) }
      guard let onNodes else { return capacity.multipliedReportingOverflow(by: UInt64(nodes)) }
      return onNodes.reduce((0, false)) { sum, amount in
        let (next, isOver) = sum.partialValue.addingReportingOverflow(amount)
        return (next, sum.overflow || isOver)
      }
    }
  }

  var items: [Item]
  var resources: [Resource]
  /// How many nodes there are that a thing lies on one of.
  var nodes = 1

  /// The same problem with one of its resources alone.
  func with(only resource: Int) -> Packing {
    var packing = self
    packing.resources = [resources[resource]]
    for index in items.indices { packing.items[index].demand = [items[index].demand[resource]] }
    return packing
  }

  /// What there is of each resource on a node.
  func capacities(on node: Int) -> [UInt64] { resources.map { $0.capacity(on: node) } }

  /// The same problem on one of the nodes.
  func alone(on node: Int) -> Packing {
    var packing = self
    packing.nodes = 1
    for index in resources.indices {
      packing.resources[index].capacity = resources[index].capacity(on: node)
      packing.resources[index].onNodes = nil
    }
    return packing
  }

  /// The same problem with its nodes in another order.
  func ordered(_ order: [Int]) -> Packing {
    var packing = self
    for index in resources.indices {
      packing.resources[index].onNodes = resources[index].onNodes.map { amounts in
        order.map { amounts[$0] }
      }
    }
    return packing
  }

  /// How many more of an item fit into what is left.
  func room(for item: Int, in left: [UInt64]) -> UInt64 {
    var room = UInt64.max
    for (demand, left) in zip(items[item].demand, left) where demand > 0 {
      room = min(room, left / demand)
    }
    return room
  }

  /// Whether some item could be had without end.
  var isUnbounded: Bool {
    items.contains { $0.most == nil && $0.worth > 0 && $0.demand.allSatisfy { $0 == 0 } }
  }
}

/// What a search for the best packing found.
struct PackingSolution: Sendable, Hashable {
  /// How many of each item lie on each node.
  var counts: [[UInt64]]
  /// What they are worth.
  var worth: UInt64
  /// What no packing is worth more than.
  var bound: UInt64
  /// How many steps the search took.
  var steps: Int

  /// Whether there is no better packing.
  var isBest: Bool { worth == bound }

  /// How many of an item there are on all nodes.
  func count(of item: Int) -> UInt64 { counts.reduce(0) { $0 + $1[item] } }
}
