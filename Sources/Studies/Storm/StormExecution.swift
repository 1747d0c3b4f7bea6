import Costs
import Simulation

/// One execution of a storm: machines on the host's processors, locks and devices.
struct StormExecution {
  /// When each machine was ready, from its planned start.
  private(set) var ready: [VirtualDuration] = []
  /// When each machine was ready, from the start of all.
  private(set) var readySinceStart: [VirtualDuration] = []
  private(set) var shares = TimeShares()
  /// The counts of each machine, where each was counted while it ran.
  private(set) var ledgers: [Ledger] = []
  /// The bytes that all machines have come to use, where they ran on one host.
  private(set) var usedBytes: UInt64 = 0
  let series: TimeSeries
  let frameLock: LockUse
  let storage: DeviceUse
  let network: DeviceUse
  let end: VirtualTime

  /// Schedules recordings, each for so many machines.
  init(
    _ storm: Storm, _ machines: [CountedMachine], counts: [Int],
    observer: inout some EngineObserver
  ) throws(StormError) {
    var stage = StormStage(storm, count: counts.reduce(0, +))
    var program = RecordedProgram(
      machines.map(\.recording), [stage.resources], series: StormStage.series)
    var numbers: [Int] = []
    for (number, count) in counts.enumerated() {
      for _ in 0..<count {
        program.addActor(
          recording: number, resources: 0, start: stage.starts[numbers.count], gate: stage.gate)
        numbers.append(number)
      }
    }
    do {
      try stage.engine.run(&program, observer: &observer)
    } catch {
      throw .engine(error)
    }
    series = program.series
    frameLock = stage.engine.use(of: stage.frameLock)
    storage = stage.engine.use(of: stage.storage)
    network = stage.engine.use(of: stage.network)
    end = stage.engine.now
    try Self.check(end, machines: stage.starts.count)
    for (actor, number) in numbers.enumerated() {
      let times = stage.engine.times(of: ActorNumber(actor))
      let moment = program.ready(ActorNumber(actor)) ?? times.finished ?? end
      add(machines[number].shares, times, ready: moment, start: stage.starts[actor])
    }
  }

  /// Plays all machines of these flavours in one execution on one host.
  init(
    _ storm: Storm, playing flavours: [Flavour], observer: inout some EngineObserver
  ) throws(StormError) {
    var stage = StormStage(storm, count: flavours.reduce(0) { $0 + $1.count })
    var program = try LiveStorm(
      storm, flavours, starts: stage.starts, resources: stage.resources, gate: stage.gate,
      series: StormStage.series)
    do {
      try stage.engine.run(&program, observer: &observer)
    } catch {
      throw .engine(error)
    }
    if let failure = program.failure { throw failure }
    series = program.series
    frameLock = stage.engine.use(of: stage.frameLock)
    storage = stage.engine.use(of: stage.storage)
    network = stage.engine.use(of: stage.network)
    end = stage.engine.now
    try Self.check(end, machines: stage.starts.count)
    ledgers = program.ledgers
    usedBytes = program.usedBytes
    for actor in stage.starts.indices {
      let times = stage.engine.times(of: ActorNumber(actor))
      let moment = program.ready(ActorNumber(actor)) ?? times.finished ?? end
      add(
        program.shares(ActorNumber(actor)), times, ready: moment, start: stage.starts[actor])
    }
  }

  /// Refuses an execution whose machines' times can't be added up.
  private static func check(_ end: VirtualTime, machines: Int) throws(StormError) {
    guard !end.picoseconds.multipliedReportingOverflow(by: Int64(machines)).overflow else {
      throw .tooLong(machines: machines, end: end)
    }
  }

  /// Adds what became of a machine.
  private mutating func add(
    _ work: TimeShares, _ times: ActorTimes, ready moment: VirtualTime, start: VirtualTime
  ) {
    ready.append(moment - start)
    readySinceStart.append(moment - .start)
    shares.add(work)
    // What is moved through a shared bandwidth takes as long as it took, not as long as alone.
    if times.moving > .zero { shares[.zero] += times.moving - work[.zero] }
    shares[.lockWait] += times.spinning
    shares[.startWait] += times.locked
    shares[.processorWait] += times.queued + times.switching
    shares[.deviceWait] += times.onDevices
    shares[.guestWait] += times.asleep - (start - .start)
  }
}
