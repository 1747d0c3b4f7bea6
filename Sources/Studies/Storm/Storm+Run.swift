import Costs
import Guests
public import Simulation

extension Storm {
  /// Works out what becomes of the storm.
  public func run() throws(StormError) -> StormOutcome {
    var observer = NoEngineObserver()
    return try run(observer: &observer)
  }

  /// Works out what becomes of the storm, under the eyes of an observer of its one execution.
  public func run(observer: inout some EngineObserver) throws(StormError) -> StormOutcome {
    let flavours = fleet.filter { $0.count > 0 }
    guard !flavours.isEmpty else { throw .noMachines }
    var machines: [CountedMachine] = []
    for flavour in flavours { machines.append(try CountedMachine(flavour, self)) }
    try checkMemory(flavours, machines)
    let execution: StormExecution
    var ledger = Ledger()
    var usedBytes: UInt64 = 0
    switch mode {
    case .cohort:
      execution = try StormExecution(
        self, machines, counts: flavours.map(\.count), observer: &observer)
      for (flavour, machine) in zip(flavours, machines) {
        ledger.add(machine.ledger, times: UInt64(flavour.count))
        usedBytes += UInt64(flavour.count) * machine.usedBytes
      }
    case .everyVM:
      var all: [CountedMachine] = []
      for flavour in flavours {
        for _ in 0..<flavour.count { all.append(try CountedMachine(flavour, self)) }
      }
      execution = try StormExecution(self, all, counts: all.map { _ in 1 }, observer: &observer)
      for machine in all {
        ledger += machine.ledger
        usedBytes += machine.usedBytes
      }
    case .reference:
      execution = try StormExecution(self, playing: flavours, observer: &observer)
      for machine in execution.ledgers { ledger += machine }
      usedBytes = execution.usedBytes
    }
    var ofFlavours: [StormOutcome.OfFlavour] = []
    var setUp = TotalTime.zero
    var first = 0
    for (flavour, machine) in zip(flavours, machines) {
      var nobody = NoEngineObserver()
      let alone = try StormExecution(self, [machine], counts: [1], observer: &nobody)
      let ready = Array(execution.ready[first..<first + flavour.count])
      first += flavour.count
      setUp += machine.setUp * flavour.count
      ofFlavours.append(
        StormOutcome.OfFlavour(
          name: flavour.name, count: flavour.count, ready: Distribution(ready),
          alone: alone.ready[0],
          bareMetal: VirtualDuration(nanoseconds: Int64(flavour.guest.readyNanoseconds)),
          ledger: machine.ledger, usedBytes: machine.usedBytes, tableBytes: machine.tableBytes,
          processTableBytes: machine.processTableBytes))
    }
    return StormOutcome(
      flavours: ofFlavours, ready: Distribution(execution.readySinceStart), ledger: ledger,
      shares: execution.shares, series: execution.series, frameLock: execution.frameLock,
      storage: execution.storage, network: execution.network, end: execution.end,
      usedBytes: usedBytes, setUp: setUp, mode: mode, bill: try bill(ledger))
  }

  private func bill(_ ledger: Ledger) throws(StormError) -> Bill {
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
    var needed: UInt64 = 0
    for (flavour, machine) in zip(flavours, machines) {
      needed += UInt64(flavour.count) * machine.usedBytes
      guard needed <= host.memoryBytes else {
        throw .outOfMemory(flavour: flavour.name, needed: needed, available: host.memoryBytes)
      }
    }
  }
}
