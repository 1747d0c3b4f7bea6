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
    let numbers = counts.enumerated().flatMap { Array(repeating: $0, count: $1) }
    var program = RecordedProgram(
      machines.map(\.recording), [stage.resources], series: StormStage.series,
      actors: zip(numbers, stage.starts).map { [gate = stage.gate] number, start in
        RecordedProgram.Actor(recording: number, resources: 0, start: start, gate: gate)
      })
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
    ledgers = program.ledgers
    usedBytes = program.usedBytes
    for actor in stage.starts.indices {
      let times = stage.engine.times(of: ActorNumber(actor))
      let moment = program.ready(ActorNumber(actor)) ?? times.finished ?? end
      add(
        program.shares(ActorNumber(actor)), times, ready: moment, start: stage.starts[actor])
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
    if times.moving > .zero { shares[.zero] += TotalTime(times.moving) - work[.zero] }
    shares[.lockWait] += times.spinning
    shares[.startWait] += times.locked
    shares[.processorWait] += times.queued + times.switching
    shares[.deviceWait] += times.onDevices
    shares[.guestWait] += times.asleep - (start - .start)
  }
}
