/// A search by branch and bound: depth first over the nodes and the items, the most of each first.
///
/// A branch is left where a bound says that it holds nothing better: for each resource alone the best
/// mix in fractions, and for the nodes to come what each is worth by itself. All is in whole numbers, so
/// that where the search ends without reaching its limit, what it found is proved to be the best.
struct PackingSearch {
  private let packing: Packing
  private let limit: Int
  /// The items that are of use, the best first.
  private let order: [Int]
  /// For each resource, the places in `order` of the items that take of it, the best first.
  private let ratios: [[Int]]
  /// The places of items that take nothing of a resource.
  private let free: [[Int]]
  /// What the nodes behind each are worth at most.
  private var later: [UInt64]
  /// Whether each node has the same as the one before.
  private var isLikeBefore: [Bool] = []
  private let unit: UInt64
  private var counts: [[UInt64]]
  private var totals: [UInt64]
  private var best: PackingSolution?
  private var steps = 0
  /// The best bound of the branches that were left for the limit's sake.
  private var open: UInt64 = 0
  private var root: UInt64 = 0

  /// The best packing, or nothing where what must be there does not fit.
  static func solve(_ packing: Packing, limit: Int = 400_000) -> PackingSolution? {
    guard !packing.isUnbounded else { return nil }
    let isSeparable =
      packing.nodes > 1 && packing.resources.allSatisfy(\.isOfNodes)
      && packing.items.allSatisfy { $0.least == 0 && $0.most == nil }
    if isSeparable {
      // The nodes have nothing in common, so that each is filled for itself, and those alike in one way.
      var kinds: [[UInt64]: PackingSolution] = [:]
      var sum = PackingSolution(counts: [], worth: 0, bound: 0, steps: 0)
      for node in 0..<packing.nodes {
        let capacities = packing.capacities(on: node)
        guard
          let solution = kinds[capacities] ?? solve(packing.alone(on: node), limit: limit)
        else { return nil }
        if kinds.updateValue(solution, forKey: capacities) == nil { sum.steps += solution.steps }
        sum.counts.append(solution.counts[0])
        sum.worth += solution.worth
        sum.bound += solution.bound
      }
      return sum
    }
    // Nodes that are alike lie side by side, the largest first, so that what differs only by which of them
    // holds it is tried once.
    let order = (0..<packing.nodes).sorted {
      let (left, right) = (packing.capacities(on: $0), packing.capacities(on: $1))
      return left == right ? $0 < $1 : right.lexicographicallyPrecedes(left)
    }
    var search = PackingSearch(packing.ordered(order).withSurrogate(), limit: limit)
    guard var solution = search.run() else { return nil }
    let counts = solution.counts
    for (place, node) in order.enumerated() { solution.counts[node] = counts[place] }
    return solution
  }

  private init(_ packing: Packing, limit: Int) {
    self.packing = packing
    self.limit = limit
    let items = packing.items
    let useful = items.indices.filter { number in
      items[number].least > 0
        || (items[number].most != 0 && items[number].worth > 0
          && !items.indices.contains { Self.spares(number, $0, items) })
    }
    let capacity = packing.resources.map { resource in
      let (total, isOver) = resource.total(packing.nodes)
      return isOver ? .max : max(total, 1)
    }
    // What an item takes of all resources together, each as a part of what there is.
    let load = items.map { item in
      zip(item.demand, capacity).reduce(0.0) { $0 + Double($1.0) / Double($1.1) }
    }
    order = useful.sorted {
      let left = Double(items[$0].worth) * load[$1]
      let right = Double(items[$1].worth) * load[$0]
      return left == right ? $0 < $1 : left > right
    }
    let order = order
    ratios = packing.resources.indices.map { resource in
      order.indices.filter { items[order[$0]].demand[resource] > 0 }.sorted {
        let (left, right) = (items[order[$0]], items[order[$1]])
        let first = UInt128(left.worth) * UInt128(right.demand[resource])
        let second = UInt128(right.worth) * UInt128(left.demand[resource])
        return first == second ? $0 < $1 : first > second
      }
    }
    free = packing.resources.indices.map { resource in
      order.indices.filter { items[order[$0]].demand[resource] == 0 }
    }
    unit = max(1, order.reduce(UInt64(0)) { Self.divisor($0, items[$1].worth) })
    later = Array(repeating: .max, count: packing.nodes)
    counts = Array(
      repeating: Array(repeating: 0, count: items.count), count: packing.nodes)
    totals = Array(repeating: 0, count: items.count)
  }

  /// Whether one item is never wanted because another without end takes less of all and is worth as much.
  private static func spares(_ item: Int, _ other: Int, _ items: [Packing.Item]) -> Bool {
    guard item != other, items[other].most == nil, items[other].worth >= items[item].worth,
      zip(items[other].demand, items[item].demand).allSatisfy({ $0 <= $1 })
    else { return false }
    let isSame =
      items[other].worth == items[item].worth && items[other].demand == items[item].demand
      && items[item].most == nil
    return !isSame || other < item
  }

  private static func divisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
    right == 0 ? left : divisor(right, left % right)
  }

  private mutating func run() -> PackingSolution? {
    let shared = packing.resources.map { $0.isOfNodes ? 0 : $0.capacity }
    later = Array(repeating: 0, count: packing.nodes)
    isLikeBefore = (0..<packing.nodes).map { node in
      node > 0 && packing.capacities(on: node) == packing.capacities(on: node - 1)
    }
    // What the nodes behind one are worth, each by itself; those alike are worth the same.
    var alone: UInt64 = 0
    for node in (0..<packing.nodes).dropFirst().reversed() {
      if node + 1 == packing.nodes || !isLikeBefore[node + 1] {
        var one = packing.alone(on: node)
        // What the sum of all resources leaves is for all nodes.
        for index in one.items.indices { one.items[index].least = 0 }
        alone = Self.solve(one, limit: limit / 4)?.bound ?? .max
      }
      let (sum, isOver) = later[node].addingReportingOverflow(alone)
      later[node - 1] = isOver ? .max : sum
    }
    root = bound(from: 0, own: packing.capacities(on: 0), shared, node: 0)
    visit(0, node: 0, own: packing.capacities(on: 0), shared, worth: 0, isTied: false)
    guard var solution = best else { return nil }
    solution.steps = steps
    solution.bound = steps < limit ? solution.worth : max(solution.worth, min(open, root))
    return solution
  }

  /// Chooses how many of an item lie on a node, and goes on with the next one.
  private mutating func visit(
    _ place: Int, node: Int, own: [UInt64], _ shared: [UInt64], worth: UInt64, isTied: Bool
  ) {
    steps += 1
    // Where what must be there hardly fits, the search may find nothing for long: it gives up.
    guard steps < 20 * limit else { return }
    if place == order.count {
      if node + 1 < packing.nodes {
        visit(
          0, node: node + 1, own: packing.capacities(on: node + 1), shared, worth: worth,
          isTied: isLikeBefore[node + 1])
      } else if order.allSatisfy({ totals[$0] >= packing.items[$0].least }),
        best.map({ worth > $0.worth }) ?? true
      {
        best = PackingSolution(counts: counts, worth: worth, bound: worth, steps: steps)
      }
      return
    }
    let (ceiling, overflow) = worth.addingReportingOverflow(
      bound(from: place, own: own, shared, node: node))
    if let best, !overflow, ceiling / unit * unit <= best.worth { return }
    if steps >= limit, best != nil {
      open = max(open, overflow ? .max : ceiling)
      return
    }
    let number = order[place]
    let item = packing.items[number]
    let left = zip(packing.resources, zip(own, shared)).map { $0.isOfNodes ? $1.0 : $1.1 }
    var most = packing.room(for: number, in: left)
    if let allowed = item.most { most = min(most, allowed - min(totals[number], allowed)) }
    // Nodes are alike: the counts of one are no later in the alphabet than those of the one before.
    if isTied, node > 0 { most = min(most, counts[node - 1][number]) }
    let missing = item.least > totals[number] ? item.least - totals[number] : 0
    let least = node + 1 == packing.nodes ? missing : 0
    guard most >= least else { return }
    var count = most
    while true {
      counts[node][number] = count
      totals[number] += count
      var ownLeft = own
      var sharedLeft = shared
      for (index, resource) in packing.resources.enumerated() {
        if resource.isOfNodes {
          ownLeft[index] -= item.demand[index] * count
        } else {
          sharedLeft[index] -= item.demand[index] * count
        }
      }
      let tied = isTied && node > 0 && count == counts[node - 1][number]
      visit(
        place + 1, node: node, own: ownLeft, sharedLeft, worth: worth + item.worth * count,
        isTied: tied)
      totals[number] -= count
      counts[node][number] = 0
      if count == least || (steps >= limit && best != nil) {
        if count > least { open = max(open, overflow ? .max : ceiling) }
        break
      }
      count -= 1
    }
  }

  // MARK: Bounds

  /// What the items from a place on, and all items on the nodes behind, are worth at most.
  private func bound(
    from place: Int, own: [UInt64], _ shared: [UInt64], node: Int
  ) -> UInt64 {
    var least = UInt64.max
    let behind = UInt64(packing.nodes - 1 - node)
    for (index, resource) in packing.resources.enumerated() {
      if resource.isOfNodes {
        let here = fill(index, own[index], from: place)
        let (sum, overflow) = here.addingReportingOverflow(later[node])
        if !overflow { least = min(least, sum) }
        let first = behind > 0 ? 0 : place
        let rest = (node + 1..<packing.nodes).reduce(UInt64(0)) { $0 + resource.capacity(on: $1) }
        least = min(least, fill(index, own[index] + rest, from: first))
      } else {
        least = min(least, fill(index, shared[index], from: behind > 0 ? 0 : place))
      }
    }
    return least
  }

  /// The worth of the best mix in fractions, where one resource alone ends.
  private func fill(_ resource: Int, _ capacity: UInt64, from place: Int) -> UInt64 {
    var left = capacity
    var worth: UInt64 = 0
    for position in free[resource] where position >= place {
      let item = packing.items[order[position]]
      guard item.worth > 0 else { continue }
      guard let most = item.most else { return .max }
      worth += (most - min(totals[order[position]], most)) * item.worth
    }
    for position in ratios[resource] where position >= place {
      let number = order[position]
      let item = packing.items[number]
      let demand = item.demand[resource]
      let allowed = item.most.map { $0 - min(totals[number], $0) } ?? .max
      if left / demand >= allowed {
        worth += allowed * item.worth
        left -= allowed * demand
        continue
      }
      worth += UInt64(UInt128(left) * UInt128(item.worth) / UInt128(demand))
      return worth
    }
    return worth
  }
}
