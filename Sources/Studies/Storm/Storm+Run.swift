import Costs
import Guests
public import Simulation

extension Storm {
  /// Works out what becomes of the storm; the same on any number of threads.
  public func run(threads: Int = 1) throws(StormError) -> StormOutcome {
    var observer = NoEngineObserver()
    return try run(observer: &observer, threads: threads)
  }

  /// Works out what becomes of the storm, under the eyes of an observer of its one execution.
  ///
  /// Machines that are counted each for itself are counted on so many threads.
  public func run(
    observer: inout some EngineObserver, threads: Int = 1
  ) throws(StormError) -> StormOutcome {
    if hasMeasuredLaunches {
      return try workingOutLaunches().run(observer: &observer, threads: threads)
    }
    let flavours = fleet.filter { $0.count > 0 }
    guard !flavours.isEmpty else { throw .noMachines }
    let limits = cohortLimits
    let members = StormMembers(flavours, seed: seed)
    guard !limits.contains(where: { $0.needsPlay }) else {
      return try race(flavours, members, limits, observer: &observer)
    }
    let mode = limits.isEmpty || self.mode == .reference ? self.mode : .everyVM
    let machines = try count(members.inputs, threads: threads)
    try checkMemory(members.inputs, machines)
    let execution: StormExecution
    var ledger = Ledger()
    var usedBytes = try policy.idlePoolBytes(flavours)
    switch mode {
    case .cohort:
      execution = try StormExecution(
        self, machines, numbers: members.machines.map(\.input), members.machines,
        observer: &observer)
      for (flavour, machine) in zip(members.inputs, machines) {
        ledger.add(machine.ledger, times: UInt64(flavour.count))
        usedBytes += UInt64(flavour.count) * machine.usedBytes
      }
    case .everyVM:
      let all = try countAll(members.inputs, machines, threads: threads)
      execution = try StormExecution(
        self, all, numbers: members.places, members.machines, observer: &observer)
      for machine in all {
        ledger += machine.ledger
        usedBytes += machine.usedBytes
      }
    case .reference:
      execution = try StormExecution(self, playing: members, observer: &observer)
      for machine in execution.ledgers { ledger += machine }
      for (flavour, machine) in zip(members.inputs, machines) {
        usedBytes += UInt64(flavour.count) * machine.usedBytes
      }
      // On one host the machines have come to use what they do alone: a pool's pages were counted before.
      if policy.poolBytes == nil { usedBytes = execution.usedBytes }
    }
    ledger.count(execution.pageCache)
    usedBytes += UInt64(execution.pageCache.bytes)
    try checkMemory(usedBytes)
    var ofFlavours: [StormOutcome.OfFlavour] = []
    var setUp = TotalTime.zero
    var first = 0
    for (place, flavour) in flavours.enumerated() {
      let kinds = members.firsts[place]..<members.firsts[place + 1]
      let machine = machines[kinds.lowerBound]
      let input = members.inputs[kinds.lowerBound]
      // The first machine, with the launch and the waits that were drawn for it.
      let member = members.machines[first]
      var nobody = NoEngineObserver()
      let alone = try StormExecution(
        self, [machine], numbers: [0], [member.alone], observer: &nobody)
      let ready = Array(execution.ready[first..<first + flavour.count])
      first += flavour.count
      func sum(_ bytes: (CountedMachine) -> UInt64) -> UInt64 {
        kinds.reduce(0) { $0 + UInt64(members.inputs[$1].count) * bytes(machines[$1]) }
      }
      for kind in kinds { setUp += machines[kind].setUp * members.inputs[kind].count }
      ofFlavours.append(
        StormOutcome.OfFlavour(
          name: flavour.name, count: flavour.count, ready: Distribution(ready),
          alone: alone.ready[0],
          bareMetal: member.bareReady(input.guest),
          ledger: machine.ledger, usedBytes: machine.usedBytes, tableBytes: machine.tableBytes,
          processTableBytes: machine.processTableBytes, allTableBytes: sum(\.tableBytes),
          allProcessTableBytes: sum(\.processTableBytes), kinds: kinds.count))
    }
    return StormOutcome(
      flavours: ofFlavours, ready: Distribution(execution.readySinceStart), ledger: ledger,
      shares: execution.shares, series: execution.series, frameLock: execution.frameLock,
      machineLocks: execution.machineLocks, machineWords: execution.machineWords,
      processWords: execution.processWords, storage: execution.storage,
      network: execution.network, pageCache: execution.pageCache, end: execution.end,
      usedBytes: usedBytes, setUp: setUp, mode: mode, limits: mode == self.mode ? [] : limits,
      bill: try bill(ledger))
  }

  /// Counts one machine of each input.
  private func count(
    _ inputs: [Flavour], threads: Int
  ) throws(StormError) -> [CountedMachine] {
    let results = IndependentWork.results(of: inputs.count, threads: threads) { place in
      Result<CountedMachine, StormError> { () throws(StormError) in
        try CountedMachine(inputs[place], self)
      }
    }
    var machines: [CountedMachine] = []
    machines.reserveCapacity(results.count)
    for result in results { machines.append(try result.get()) }
    return machines
  }

  /// Counts each machine for itself.
  ///
  /// A machine is counted on a host of its own, so none has to do with another, whatever thread it is
  /// counted on. Steps that are those of the first one are kept once.
  private func countAll(
    _ flavours: [Flavour], _ firsts: [CountedMachine], threads: Int
  ) throws(StormError) -> [CountedMachine] {
    let numbers = flavours.indices.flatMap { Array(repeating: $0, count: flavours[$0].count) }
    let results = IndependentWork.results(of: numbers.count, threads: threads) { place in
      let number = numbers[place]
      return Result<CountedMachine, StormError> { () throws(StormError) in
        // Of an input that one machine has, that machine was counted.
        if flavours[number].count == 1 { return firsts[number] }
        return try CountedMachine(flavours[number], self).sharing(firsts[number])
      }
    }
    var machines: [CountedMachine] = []
    machines.reserveCapacity(results.count)
    for result in results { machines.append(try result.get()) }
    return machines
  }

  func bill(_ ledger: Ledger) throws(StormError) -> Bill {
    do {
      return try Bill(ledger.withoutAccesses, profile)
    } catch {
      throw .pricing(error)
    }
  }

  /// Refuses a fleet that the host's memory can't hold.
  private func checkMemory(
    _ flavours: [Flavour], _ machines: [CountedMachine]
  ) throws(StormError) {
    var needed = try policy.idlePoolBytes(flavours)
    for (flavour, machine) in zip(flavours, machines) {
      needed += UInt64(flavour.count) * machine.usedBytes
      guard needed <= host.memoryBytes else {
        throw .outOfMemory(flavour: flavour.name, needed: needed, available: host.memoryBytes)
      }
    }
  }
}
