import Paging

extension Density {
  /// Of how many machines at most the risk of memory pressure is worked out, one by one: those that may
  /// use one of several amounts count as often.
  private static let mostAtRisk = 200_000.0

  /// Works out how many machines fit.
  public func run() throws(DensityError) -> DensityOutcome {
    guard !flavours.isEmpty else { throw .noMachines }
    for flavour in flavours where flavour.host.isa != host.architecture {
      throw .foreignMachine(flavour: flavour.name)
    }
    let overheads = flavours.map {
      MachineOverhead($0, freesHugePageRecords: host.freesHugePageRecords)
    }
    var (demand, solution) = try fill(overheads, unused: 0)
    var risk: Double?
    if let overcommit {
      var machines: UInt64 = 0
      var steps = 0.0
      for (index, overhead) in overheads.enumerated() {
        let count = solution.count(of: index)
        machines += count
        steps += Double(count) * Double(DensityDemand.uses(overhead).count)
      }
      guard steps <= Self.mostAtRisk else { throw .tooMany(machines: machines) }
      (demand, solution, risk) = try fill(overheads, within: overcommit, first: solution)
    }
    var outcome = DensityOutcome(
      flavours: flavours.indices.map { index in
        DensityOutcome.OfFlavour(
          overhead: overheads[index], rules: OverheadRule.all(for: flavours[index]),
          count: solution.count(of: index), onNodes: solution.counts.map { $0[index] })
      }, worth: solution.worth, bound: solution.bound, steps: solution.steps,
      constraints: try constraints(overheads, solution), acrossNodes: nil)
    outcome.risk = risk
    if overcommit != nil { outcome.curve = curve(overheads, solution) }
    if demand.packing.nodes > 1 {
      var joined = self
      joined.bindsNodes = false
      let across = try joined.fill(overheads, unused: 0).solution
      outcome.acrossNodes = flavours.indices.reduce(0) { $0 + across.count(of: $1) }
    }
    if let boot { outcome.boot = try bootLimit(boot, outcome) }
    if flavours.contains(where: { $0.placed != nil }) {
      outcome.placement = try place(overheads)
    }
    return outcome
  }

  /// The best choice with a part of the memory left unused.
  private func fill(
    _ overheads: [MachineOverhead], unused: UInt64
  ) throws(DensityError) -> (demand: DensityDemand, solution: PackingSolution) {
    let demand = try DensityDemand(self, overheads, unused: unused)
    guard !demand.packing.isUnbounded else { throw .unbounded }
    let limit = flavours.count <= 20 ? 2_000_000 : 200_000
    guard let solution = PackingSearch.solve(demand.packing, limit: limit) else {
      throw .leastDoNotFit
    }
    return (demand, solution)
  }

  /// The best choice whose risk is no more than what is stated: memory is left unused until that holds.
  private func fill(
    _ overheads: [MachineOverhead], within overcommit: Overcommit, first: PackingSolution
  ) throws(DensityError) -> (DensityDemand, PackingSolution, Double) {
    let found = risk(overheads, first, overcommit)
    let all = try DensityDemand(self, overheads)
    if found <= overcommit.risk { return (all, first, found) }
    // Half the unused part at each step: the risk falls as it grows.
    var low: UInt64 = 0
    var high = host.usableBytes
    var best: (DensityDemand, PackingSolution, Double)?
    for _ in 0..<14 where high - low > 1 << 20 {
      let middle = low + (high - low) / 2
      do throws(DensityError) {
        let (demand, solution) = try fill(overheads, unused: middle)
        let found = risk(overheads, solution, overcommit)
        if found <= overcommit.risk {
          best = (demand, solution, found)
          high = middle
        } else {
          low = middle
        }
      } catch {
        guard error == .leastDoNotFit else { throw error }
        high = middle
      }
    }
    guard let best else { throw .leastDoNotFit }
    return best
  }

  /// How likely it is that these machines use more than there is.
  private func risk(
    _ overheads: [MachineOverhead], _ solution: PackingSolution, _ overcommit: Overcommit
  ) -> Double {
    var model = PressureModel(
      capacity: host.usableBytes, correlation: overcommit.correlation)
    for (index, overhead) in overheads.enumerated() {
      let uses = DensityDemand.uses(overhead)
      for _ in 0..<solution.count(of: index) { model.add(uses) }
    }
    return model.risk
  }

  /// The risk as machines are added in the proportion of a choice, up to half as many again.
  private func curve(
    _ overheads: [MachineOverhead], _ solution: PackingSolution
  ) -> [DensityOutcome.RiskPoint] {
    let counts = flavours.indices.map { solution.count(of: $0) }
    let total = counts.reduce(0, +)
    guard total > 0, let overcommit else { return [] }
    var model = PressureModel(
      capacity: host.usableBytes, correlation: overcommit.correlation)
    let uses = overheads.map { DensityDemand.uses($0) }
    var placed = Array(repeating: UInt64(0), count: counts.count)
    var promised = 0.0
    var points: [DensityOutcome.RiskPoint] = []
    func behind(_ kind: Int, _ machine: UInt64) -> Int {
      Int(counts[kind] * machine) - Int(placed[kind] * total)
    }
    for machine in 1...max(total + total / 2, 1) {
      // The kind that is furthest behind its share is next.
      let next =
        counts.indices.filter { counts[$0] > 0 }.max {
          behind($0, machine) < behind($1, machine)
        } ?? 0
      placed[next] += 1
      model.add(uses[next])
      promised += Double(flavours[next].memoryBytes)
      points.append(
        DensityOutcome.RiskPoint(
          machines: machine, promised: promised / Double(max(host.usableBytes, 1)),
          risk: model.risk))
    }
    return points
  }

  /// What there is an end of, the tightest first.
  private func constraints(
    _ overheads: [MachineOverhead], _ solution: PackingSolution
  ) throws(DensityError) -> [DensityConstraint] {
    let demand = try DensityDemand(self, overheads)
    let packing = demand.packing
    var rows: [DensityConstraint] = []
    for (index, kind) in demand.kinds.enumerated() {
      let resource = packing.resources[index]
      let used = flavours.indices.reduce(UInt64(0)) {
        $0 + solution.count(of: $1) * packing.items[$1].demand[index]
      }
      guard packing.items.contains(where: { $0.demand[index] > 0 }) else { continue }
      var only = packing.with(only: index)
      for item in only.items.indices { only.items[item].least = 0 }
      let best = PackingSearch.solve(only, limit: 50_000)
      let alone = best.map { best in flavours.indices.reduce(0) { $0 + best.count(of: $1) } }
      let stops = flavours.indices.filter { item in
        let amount = packing.items[item].demand[index]
        guard amount > 0 else { return false }
        guard resource.isOfNodes else { return used + amount > resource.capacity }
        return solution.counts.allSatisfy { counts in
          let here = flavours.indices.reduce(UInt64(0)) {
            $0 + counts[$1] * packing.items[$1].demand[index]
          }
          return here + amount > resource.capacity
        }
      }
      rows.append(
        DensityConstraint(
          kind: kind, used: used,
          capacity: resource.capacity * UInt64(resource.isOfNodes ? packing.nodes : 1),
          alone: alone ?? .max, stops: stops.map { flavours[$0].name }))
    }
    return rows.enumerated().sorted {
      ($0.element.alone, $0.element.slack, $0.offset) < (
        $1.element.alone, $1.element.slack, $1.offset
      )
    }.map(\.element)
  }
}
