import Costs
import Guests
import Simulation

/// A storm in which processors of one machine touch memory at once.
extension Storm {
  /// Plays all machines, each on a host of its own or, where that is asked for, all on one.
  func race(
    _ flavours: [Flavour], _ members: StormMembers, _ limits: [CohortLimit],
    observer: inout some EngineObserver
  ) throws(StormError) -> StormOutcome {
    var alone: [StormExecution] = []
    let firstMachines = members.firstMachines
    for (input, member) in zip(members.inputs, firstMachines) {
      alone.append(try race(alone: input, member, profile))
    }
    let used = zip(members.inputs, alone).map { flavour, one in
      policy.usedBytes(flavour, taken: one.usedBytes, one.ledgers[0])
    }
    var needed = try policy.idlePoolBytes(flavours)
    for (flavour, bytes) in zip(members.inputs, used) {
      needed += UInt64(flavour.count) * bytes
      guard needed <= host.memoryBytes else {
        throw .outOfMemory(flavour: flavour.name, needed: needed, available: host.memoryBytes)
      }
    }
    let isReference =
      mode == .reference
      || limits.contains { if case .largePages = $0 { true } else { false } }
    let execution = try StormExecution(
      self, racing: members, onOneHost: isReference, observer: &observer)
    var ledger = Ledger()
    for machine in execution.ledgers { ledger += machine }
    ledger.count(execution.pageCache)
    let cached = UInt64(execution.pageCache.bytes)
    let usedBytes = cached + (policy.poolBytes == nil ? execution.usedBytes : needed)
    try checkMemory(usedBytes)
    var ofFlavours: [StormOutcome.OfFlavour] = []
    var first = 0
    for (place, flavour) in flavours.enumerated() {
      let kinds = members.firsts[place]..<members.firsts[place + 1]
      let one = alone[kinds.lowerBound]
      let input = members.inputs[kinds.lowerBound]
      let member = firstMachines[kinds.lowerBound]
      let machines = first..<first + flavour.count
      first += flavour.count
      ofFlavours.append(
        StormOutcome.OfFlavour(
          name: flavour.name, count: flavour.count,
          ready: Distribution(Array(execution.ready[machines])), alone: one.ready[0],
          bareMetal: try race(alone: input, member, profile.withoutPrices()).ready[0],
          ledger: one.ledgers[0], usedBytes: used[kinds.lowerBound], tableBytes: one.tableBytes[0],
          processTableBytes: one.processTableBytes[0],
          allTableBytes: execution.tableBytes[machines].reduce(0, +),
          allProcessTableBytes: execution.processTableBytes[machines].reduce(0, +),
          kinds: kinds.count))
    }
    let played = isReference ? Mode.reference : .everyVM
    return StormOutcome(
      flavours: ofFlavours, ready: Distribution(execution.readySinceStart), ledger: ledger,
      shares: execution.shares, series: execution.series, frameLock: execution.frameLock,
      machineLocks: execution.machineLocks, machineWords: execution.machineWords,
      processWords: execution.processWords, storage: execution.storage,
      network: execution.network, pageCache: execution.pageCache, end: execution.end,
      usedBytes: usedBytes,
      setUp: execution.setUps.reduce(.zero, +), mode: played, limits: mode == played ? [] : limits,
      bill: try bill(ledger))
  }

  /// Plays one machine of a flavour that is alone on the host, at some prices.
  private func race(
    alone flavour: Flavour, _ member: StormMembers.Member, _ profile: CostProfile
  ) throws(StormError) -> StormExecution {
    var storm = self
    storm.profile = profile
    storm.spread = .zero
    var nobody = NoEngineObserver()
    return try StormExecution(
      storm, racing: StormMembers(flavour, member), onOneHost: false, observer: &nobody)
  }
}

extension Storm {
  /// What each actor of the storm's execution is: a machine, or one of its processors where several race.
  public var actorNames: [String] {
    let all = fleet.flatMap { Array(repeating: $0.racers, count: $0.count) }
    return all.enumerated().flatMap { machine, racers in
      let processors =
        racers == 1 ? ["machine \(machine)"] : (0..<racers).map { "machine \(machine), \($0)" }
      return processors + (0..<backgroundThreads).map { "machine \(machine), thread \($0)" }
    }
  }
}

extension CostProfile {
  /// The profile with nothing to pay for anything.
  fileprivate func withoutPrices() -> CostProfile {
    components.reduce(self) { profile, component in
      guard let price = profile[component], let free = try? Price(0, source: price.source) else {
        return profile
      }
      return profile.with(component, free)
    }
  }
}
