import Paging

extension Density {
  /// Up to how many machines a curve has a point for each, and how many points it has beyond.
  private static let mostPoints: UInt64 = 300
  private static let fewPoints: UInt64 = 100

  /// Works out how many machines fit.
  public func run() throws(DensityError) -> DensityOutcome {
    guard !flavours.isEmpty else { throw .noMachines }
    for flavour in flavours where flavour.host.isa != host.architecture {
      throw .foreignMachine(flavour: flavour.name)
    }
    guard let merging, overcommit != nil else { return try worked() }
    // How much is merged depends on how many machines there are, and these on how much is merged.
    var merged = self
    merged.merging = nil
    var figure: DensityOutcome.MergingFigure?
    var before: [UInt64] = []
    for _ in 0..<6 {
      let counts = try merged.counts()
      if counts == before { break }
      before = counts
      figure = try self.merged(merging, overheads(.likely), counts)
      merged = merged.taking(figure?.share ?? 0)
    }
    var outcome = try merged.worked()
    outcome.merging = figure
    // At the least the scanner gives nothing back, at the most all that it ever can.
    let low = try merged.taking(0).count(.high)
    let high = try merged.taking(figure?.ceiling ?? 0).count(.low)
    outcome.range = min(low, outcome.count)...max(high, outcome.count)
    return outcome
  }

  /// The question with a part of every guest's memory given back.
  private func taking(_ share: Double) -> Density {
    var density = self
    for index in flavours.indices { density.flavours[index].merged = share }
    return density
  }

  private func overheads(_ estimate: OverheadEstimate) -> [MachineOverhead] {
    flavours.map {
      MachineOverhead($0, freesHugePageRecords: host.freesHugePageRecords, estimate)
    }
  }

  /// How many of each kind fit, where what nobody measured is so much.
  private func counts(_ estimate: OverheadEstimate = .likely) throws(DensityError) -> [UInt64] {
    let limit = estimate == .likely ? nil : 50_000
    let (_, solution, _, _) = try best(overheads(estimate), limit: limit)
    return flavours.indices.map { solution.count(of: $0) }
  }

  /// How many fit in all; none where those that must be there don't.
  private func count(_ estimate: OverheadEstimate) throws(DensityError) -> UInt64 {
    do throws(DensityError) {
      return try counts(estimate).reduce(0, +)
    } catch {
      guard error == .leastDoNotFit else { throw error }
      return 0
    }
  }

  /// The best choice, the risk that it has, and the model of that risk.
  private func best(
    _ overheads: [MachineOverhead], limit: Int? = nil
  ) throws(DensityError) -> (DensityDemand, PackingSolution, Double?, PressureModel?) {
    let (demand, solution) = try fill(overheads, unused: 0, limit)
    guard let overcommit else { return (demand, solution, nil, nil) }
    var model = PressureModel(
      overheads.map(DensityDemand.uses), capacity: host.usableBytes,
      correlation: overcommit.correlation)
    let found = try fill(overheads, within: overcommit, &model, first: solution, limit)
    return (found.0, found.1, found.2, model)
  }

  private func worked() throws(DensityError) -> DensityOutcome {
    let overheads = overheads(.likely)
    let (demand, solution, risk, model) = try best(overheads)
    let counts = flavours.indices.map { solution.count(of: $0) }
    let total = counts.reduce(0, +)
    var outcome = DensityOutcome(
      flavours: flavours.indices.map { index in
        DensityOutcome.OfFlavour(
          overhead: overheads[index], rules: OverheadRule.all(for: flavours[index]),
          count: counts[index], onNodes: solution.counts.map { $0[index] })
      }, worth: solution.worth, bound: solution.bound, steps: solution.steps,
      constraints: try constraints(overheads, solution), acrossNodes: nil, range: total...total)
    outcome.risk = risk
    if var model { outcome.curve = curve(overheads, solution, &model) }
    if demand.packing.nodes > 1 {
      outcome.nodes = onNodes(demand.packing, solution)
      var joined = self
      joined.bindsNodes = false
      let across = try joined.fill(overheads, unused: 0).solution
      outcome.acrossNodes = flavours.indices.reduce(0) { $0 + across.count(of: $1) }
    }
    try addRange(to: &outcome, counts)
    if let boot {
      let limit = try bootLimit(boot, counts)
      outcome.boot = limit
      outcome.constraints = Self.sorted(outcome.constraints + [row(limit, outcome)])
    }
    if flavours.contains(where: { $0.placed != nil }) {
      outcome.placement = try place(overheads)
    }
    return outcome
  }

  /// What lies on each node, where they are listed.
  private func onNodes(
    _ packing: Packing, _ solution: PackingSolution
  ) -> [DensityOutcome.OfNode] {
    zip(host.listedNodes, zip(host.usableBytesOnNodes, solution.counts)).map { node, own in
      DensityOutcome.OfNode(
        machines: own.1.reduce(0, +),
        usedBytes: zip(own.1, packing.items).reduce(0) { $0 + $1.0 * $1.1.demand[0] },
        usableBytes: own.0, processors: node.processors)
    }
  }

  /// How many fit at both ends of what nobody measured, and which parts that comes from.
  private func addRange(
    to outcome: inout DensityOutcome, _ counts: [UInt64]
  ) throws(DensityError) {
    let (least, most) = (overheads(.low), overheads(.high))
    var movers: [OverheadPart.Kind: UInt64] = [:]
    for (index, count) in counts.enumerated() {
      for part in most[index].parts where part.adds {
        let (low, high) = (least[index][part.kind], part)
        let isWorst = overcommit == nil || most[index].flavour.holdsAll
        let width =
          isWorst ? high.worst - (low?.worst ?? 0) : high.now - min(low?.now ?? 0, high.now)
        movers[part.kind, default: 0] += width * count
      }
    }
    outcome.movers = OverheadPart.Kind.allCases.filter { movers[$0, default: 0] > 0 }
      .map { DensityOutcome.Mover(kind: $0, bytes: movers[$0, default: 0]) }
      .sorted { $0.bytes > $1.bytes }.prefix(3).map { $0 }
    guard !outcome.movers.isEmpty else { return }
    let total = outcome.count
    outcome.range = min(try count(.high), total)...max(try count(.low), total)
  }

  /// Boot time as one more thing that there is an end of.
  private func row(
    _ limit: DensityOutcome.BootLimit, _ outcome: DensityOutcome
  ) -> DensityConstraint {
    let isBinding = limit.machines < outcome.count
    return DensityConstraint(
      kind: .boot, used: limit.machines,
      capacity: isBinding ? limit.machines : limit.alone ?? 2 * outcome.count,
      alone: isBinding ? limit.machines : limit.alone ?? .max,
      stops: isBinding
        ? zip(outcome.flavours, limit.counts).filter { $0.0.count > $0.1 }
          .map(\.0.overhead.flavour.name) : [])
  }

  /// What binds first, and then the rest, those with the least left first.
  private static func sorted(_ rows: [DensityConstraint]) -> [DensityConstraint] {
    var rest = rows.enumerated().sorted {
      ($0.element.alone, $0.element.slack, $0.offset) < (
        $1.element.alone, $1.element.slack, $1.offset
      )
    }.map(\.element)
    guard !rest.isEmpty else { return [] }
    // Of what lets no more in, the tightest.
    let first = rest.remove(at: rest.firstIndex { !$0.stops.isEmpty } ?? 0)
    let others = rest.enumerated().sorted {
      ($0.element.slack, $0.offset) < ($1.element.slack, $1.offset)
    }.map(\.element)
    return [first] + others
  }

  /// The best choice with a part of the memory left unused.
  private func fill(
    _ overheads: [MachineOverhead], unused: UInt64, _ most: Int? = nil
  ) throws(DensityError) -> (demand: DensityDemand, solution: PackingSolution) {
    let demand = try DensityDemand(self, overheads, unused: unused)
    guard !demand.packing.isUnbounded else { throw .unbounded }
    let limit = most ?? (flavours.count <= 20 ? 2_000_000 : 200_000)
    guard let solution = PackingSearch.solve(demand.packing, limit: limit) else {
      throw .leastDoNotFit
    }
    return (demand, solution)
  }

  /// The best choice whose risk is no more than what is stated: memory is left unused until that holds.
  private func fill(
    _ overheads: [MachineOverhead], within overcommit: Overcommit, _ model: inout PressureModel,
    first: PackingSolution, _ most: Int?
  ) throws(DensityError) -> (DensityDemand, PackingSolution, Double) {
    func risk(_ solution: PackingSolution) -> Double {
      model.risk(overheads.indices.map { solution.count(of: $0) })
    }
    let found = risk(first)
    let all = try DensityDemand(self, overheads)
    if found <= overcommit.risk { return (all, first, found) }
    // Half the unused part at each step: the risk falls as it grows.
    var low: UInt64 = 0
    var high = host.usableBytes
    var best: (DensityDemand, PackingSolution, Double)?
    for _ in 0..<14 where high - low > 1 << 20 {
      let middle = low + (high - low) / 2
      do throws(DensityError) {
        let (demand, solution) = try fill(overheads, unused: middle, most)
        let found = risk(solution)
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

  /// The risk as machines are added in the proportion of a choice, up to half as many again: one by one, or
  /// in so many steps.
  private func curve(
    _ overheads: [MachineOverhead], _ solution: PackingSolution, _ model: inout PressureModel
  ) -> [DensityOutcome.RiskPoint] {
    let counts = flavours.indices.map { solution.count(of: $0) }
    let total = counts.reduce(0, +)
    guard total > 0 else { return [] }
    let last = max(total + total / 2, 1)
    var placed = Array(repeating: UInt64(0), count: counts.count)
    var sum = SumDistribution()
    var points: [DensityOutcome.RiskPoint] = []
    for number in 1...(last <= Self.mostPoints ? last : Self.fewPoints) {
      var wanted = placed
      if last <= Self.mostPoints {
        // The kind that is furthest behind its share is next.
        func behind(_ kind: Int) -> Int { Int(counts[kind] * number) - Int(placed[kind] * total) }
        let next =
          counts.indices.filter { counts[$0] > 0 }.max { behind($0) < behind($1) } ?? 0
        wanted[next] += 1
      } else {
        let machines = UInt128(last) * UInt128(number) / UInt128(Self.fewPoints)
        wanted = counts.map { UInt64(UInt128($0) * machines / UInt128(total)) }
      }
      sum = model.adding(zip(wanted, placed).map { $0 - $1 }, to: sum)
      placed = wanted
      let promised = zip(placed, flavours).reduce(0.0) {
        $0 + Double($1.0) * Double($1.1.memoryBytes)
      }
      points.append(
        DensityOutcome.RiskPoint(
          machines: placed.reduce(0, +), promised: promised / Double(max(host.usableBytes, 1)),
          risk: model.risk(sum, placed)))
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
    let total = flavours.indices.reduce(UInt64(0)) { $0 + solution.count(of: $1) }
    for (index, kind) in demand.kinds.enumerated() {
      let resource = packing.resources[index]
      let used = flavours.indices.reduce(UInt64(0)) {
        $0 + solution.count(of: $1) * packing.items[$1].demand[index]
      }
      guard packing.items.contains(where: { $0.demand[index] > 0 }) else { continue }
      var only = packing.with(only: index)
      // The most machines count here, whatever each is worth.
      for item in only.items.indices {
        only.items[item].least = 0
        only.items[item].worth = 1
      }
      let best = PackingSearch.solve(only, limit: 50_000)
      // What fits in all fits here too, should the search have been cut short.
      let alone = best.map { best in
        max(total, flavours.indices.reduce(0) { $0 + best.count(of: $1) })
      }
      let stops = flavours.indices.filter { item in
        let amount = packing.items[item].demand[index]
        guard amount > 0 else { return false }
        guard resource.isOfNodes else { return used + amount > resource.capacity }
        return solution.counts.enumerated().allSatisfy { node, counts in
          let here = flavours.indices.reduce(UInt64(0)) {
            $0 + counts[$1] * packing.items[$1].demand[index]
          }
          return here + amount > resource.capacity(on: node)
        }
      }
      rows.append(
        DensityConstraint(
          kind: kind, used: used,
          capacity: resource.total(packing.nodes).partialValue,
          alone: alone ?? .max, stops: stops.map { flavours[$0].name }))
    }
    return Self.sorted(rows)
  }
}
