extension Packing {
  /// The same problem with one more resource, a weighted sum of all others over all nodes.
  ///
  /// What keeps to all resources keeps to their sum, so that nothing is lost; but the best mix in fractions
  /// of the sum is worth far less than that of each resource alone where several of them bind. The weights
  /// are those of whose sum the bound is the least that a search step by step finds.
  func withSurrogate() -> Packing {
    let totals = resources.map { $0.total(nodes) }
    let used = resources.indices.filter { index in
      !totals[index].overflow && totals[index].partialValue > 0
        && items.contains { $0.demand[index] > 0 }
    }
    guard used.count > 1 else { return self }
    var weights = used.map { _ in 1.0 }
    var least = bound(used, totals.map(\.partialValue), weights)
    for factor in [4.0, 2, 1.3, 1.1, 1.03] {
      var isBetter = true
      while isBetter {
        isBetter = false
        for place in weights.indices {
          for change in [factor, 1 / factor] {
            var next = weights
            next[place] *= change
            let found = bound(used, totals.map(\.partialValue), next)
            if found < least * (1 - 1e-9) {
              (weights, least, isBetter) = (next, found, true)
            }
          }
        }
      }
    }
    // Each resource's whole is a number of up to 50 bits, so that the sums stay below 64.
    let most = weights.max() ?? 1
    let factors = zip(used, weights).map { index, weight in
      UInt64(Double(UInt64(1) << 50) * weight / most / Double(totals[index].partialValue))
    }
    var packing = self
    packing.resources.append(Resource(capacity: 0))
    for (index, factor) in zip(used, factors) {
      packing.resources[resources.count].capacity += totals[index].partialValue * factor
    }
    for number in items.indices {
      var sum: UInt64 = 0
      for (index, factor) in zip(used, factors) {
        let (part, overflow) = items[number].demand[index].multipliedReportingOverflow(by: factor)
        let (next, isOver) = sum.addingReportingOverflow(part)
        // An item that takes more than there is of anything is never chosen.
        sum = overflow || isOver ? .max : next
      }
      packing.items[number].demand.append(sum)
    }
    return packing
  }

  /// The worth of the best mix in fractions where only a weighted sum of the resources ends at 1 for each.
  private func bound(_ used: [Int], _ totals: [UInt64], _ weights: [Double]) -> Double {
    var left = weights.reduce(0, +)
    var worth = 0.0
    let loads = items.map { item in
      zip(used, weights).reduce(0.0) {
        $0 + Double(item.demand[$1.0]) / Double(totals[$1.0]) * $1.1
      }
    }
    let order = items.indices.sorted {
      let first = Double(items[$0].worth) * loads[$1]
      let second = Double(items[$1].worth) * loads[$0]
      return first == second ? $0 < $1 : first > second
    }
    for number in order where items[number].worth > 0 {
      let most = items[number].most.map(Double.init) ?? .infinity
      guard loads[number] > 0 else {
        if most == .infinity { return .infinity }
        worth += most * Double(items[number].worth)
        continue
      }
      let count = min(most, left / loads[number])
      worth += count * Double(items[number].worth)
      left -= count * loads[number]
      if left <= 0 { break }
    }
    return worth
  }
}
