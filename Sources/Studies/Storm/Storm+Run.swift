import Costs
import Guests
import Simulation

extension Storm {
  /// Works out what becomes of the storm.
  public func run() throws(StormError) -> StormOutcome {
    guard count > 0 else { throw .noMachines }
    var machines: [CountedMachine] = []
    for flavour in fleet where flavour.count > 0 {
      machines.append(try CountedMachine(flavour, self))
    }
    try checkMemory(machines)
    let flavours = fleet.filter { $0.count > 0 }
    let execution = try StormExecution(self, machines, counts: flavours.map(\.count))
    var ofFlavours: [StormOutcome.OfFlavour] = []
    var first = 0
    var ledger = Ledger()
    for (flavour, machine) in zip(flavours, machines) {
      let alone = try StormExecution(self, [machine], counts: [1])
      let ready = (first..<first + flavour.count).map { execution.ready[$0] }
      first += flavour.count
      ofFlavours.append(
        StormOutcome.OfFlavour(
          name: flavour.name, count: flavour.count, ready: Distribution(ready),
          alone: alone.ready[0],
          bareMetal: VirtualDuration(nanoseconds: Int64(flavour.guest.readyNanoseconds)),
          ledger: machine.ledger, usedBytes: machine.usedBytes, tableBytes: machine.tableBytes))
      ledger.add(machine.ledger, times: UInt64(flavour.count))
    }
    return StormOutcome(
      flavours: ofFlavours, ready: Distribution(execution.readySinceStart), ledger: ledger,
      shares: execution.shares, series: execution.series, frameLock: execution.frameLock,
      storage: execution.storage, network: execution.network, end: execution.end,
      usedBytes: zip(flavours, machines).reduce(0) { $0 + UInt64($1.0.count) * $1.1.usedBytes },
      mode: mode, bill: try bill(ledger))
  }

  private func bill(_ ledger: Ledger) throws(StormError) -> Bill {
    do {
      return try Bill(ledger.withoutAccesses, profile)
    } catch {
      throw .pricing(error)
    }
  }

  /// Refuses a fleet that the host's memory can't hold.
  private func checkMemory(_ machines: [CountedMachine]) throws(StormError) {
    var needed: UInt64 = 0
    for (flavour, machine) in zip(fleet.filter { $0.count > 0 }, machines) {
      needed += UInt64(flavour.count) * machine.usedBytes
      guard needed <= host.memoryBytes else {
        throw .outOfMemory(flavour: flavour.name, needed: needed, available: host.memoryBytes)
      }
    }
  }
}

/// One execution of a storm: the machines' recordings on the host's processors, locks and devices.
struct StormExecution {
  /// When each machine was ready, from its planned start.
  private(set) var ready: [VirtualDuration] = []
  /// When each machine was ready, from the start of all.
  private(set) var readySinceStart: [VirtualDuration] = []
  private(set) var shares = TimeShares()
  let series: TimeSeries
  let frameLock: LockUse
  let storage: DeviceUse
  let network: DeviceUse
  let end: VirtualTime

  init(_ storm: Storm, _ machines: [CountedMachine], counts: [Int]) throws(StormError) {
    let count = counts.reduce(0, +)
    var engine = Engine(
      actors: count, processors: storm.host.processors, slice: storm.host.slice,
      switchCost: storm.host.switchCost)
    var resources = RecordedProgram.Resources()
    let frameLock = engine.add(Lock("frames", waiting: .spin))
    resources.locks = [frameLock]
    resources.bandwidths = [engine.add(storm.host.memory(storm.profile))]
    let storage = engine.add(storm.host.storage(storm.profile))
    let network = engine.add(storm.host.network(storm.profile))
    resources.devices = [storage, network, engine.add(storm.host.handler(storm.profile))]
    let gate = storm.policy.startsAtOnce.map {
      engine.add(Lock("starts", waiting: .sleep, capacity: max($0, 1)))
    }
    var program = RecordedProgram(
      machines.map(\.recording), [resources],
      series: TimeSeries(
        quantities: StormQuantity.count, bin: VirtualDuration(nanoseconds: 1_000_000)))
    var starts: [VirtualTime] = []
    for (number, count) in counts.enumerated() {
      for _ in 0..<count {
        let start =
          VirtualTime.start
          + VirtualDuration(nanoseconds: Int64(storm.policy.staggerNanoseconds))
          * Int64(starts.count)
        starts.append(start)
        program.addActor(recording: number, resources: 0, start: start, gate: gate)
      }
    }
    do {
      try engine.run(&program)
    } catch {
      throw .engine(error)
    }
    var actor = 0
    for (number, count) in counts.enumerated() {
      for _ in 0..<count {
        let times = engine.times(of: ActorNumber(actor))
        let moment = program.ready(ActorNumber(actor)) ?? times.finished ?? engine.now
        ready.append(moment - starts[actor])
        readySinceStart.append(moment - .start)
        shares.add(machines[number].shares)
        // What is moved through a shared bandwidth takes as long as it took, not as long as alone.
        if times.moving > .zero {
          shares[.zero] += times.moving - machines[number].shares[.zero]
        }
        shares[.lockWait] += times.spinning
        shares[.startWait] += times.locked + (starts[actor] - .start)
        shares[.processorWait] += times.queued + times.switching
        shares[.deviceWait] += times.onDevices
        shares[.guestWait] += times.asleep - (starts[actor] - .start)
        actor += 1
      }
    }
    series = program.series
    self.frameLock = engine.use(of: frameLock)
    self.storage = engine.use(of: storage)
    self.network = engine.use(of: network)
    end = engine.now
  }
}
