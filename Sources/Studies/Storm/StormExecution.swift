import Costs
import HostMemory
import Hypervisor
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
  /// The bytes of the second stage's tables, of the process's tables, and the work before the guest's
  /// first instruction, of each machine whose processors raced.
  private(set) var tableBytes: [UInt64] = []
  private(set) var processTableBytes: [UInt64] = []
  private(set) var setUps: [TotalTime] = []
  /// The bytes that all machines have come to use, where they ran on one host.
  private(set) var usedBytes: UInt64 = 0
  let series: TimeSeries
  let frameLock: LockUse
  /// How the machines' own locks were used, where processors could meet there.
  private(set) var machineLocks = LockUse()
  /// How the words of those locks were used, and those of the locks of the processes' memory.
  private(set) var machineWords = SharedWordUse()
  private(set) var processWords = SharedWordUse()
  let storage: DeviceUse
  let network: DeviceUse
  /// How the page cache was used that machines share.
  let pageCache: PageCacheUse
  let end: VirtualTime

  /// Schedules machines by recordings: each by the one with the number that is told for it.
  init(
    _ storm: Storm, _ machines: [CountedMachine], numbers: [Int],
    _ members: [StormMembers.Member], observer: inout some EngineObserver
  ) throws(StormError) {
    var stage = StormStage(storm, count: numbers.count)
    var program = RecordedProgram(
      machines.map(\.recording), [stage.resources], series: StormStage.series,
      actors: numbers.indices.map { [gate = stage.gate, starts = stage.starts] place in
        RecordedProgram.Actor(
          recording: numbers[place], resources: 0, start: starts[place], gate: gate,
          delay: members[place].delay, waits: members[place].waits)
      })
    do {
      try stage.engine.run(&program, observer: &observer)
    } catch {
      throw .engine(error)
    }
    series = stage.series(program.series)
    pageCache = stage.pageCacheUse
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

  /// Plays all machines in one execution on one host.
  init(
    _ storm: Storm, playing members: StormMembers, observer: inout some EngineObserver
  ) throws(StormError) {
    var stage = StormStage(storm, count: members.machines.count)
    var program = try LiveStorm(
      storm, members, starts: stage.starts, resources: stage.resources, gate: stage.gate,
      series: StormStage.series)
    do {
      try stage.engine.run(&program, observer: &observer)
    } catch {
      throw .engine(error)
    }
    if let failure = program.failure { throw failure }
    series = stage.series(program.series)
    pageCache = stage.pageCacheUse
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

  /// Plays all machines with all their processors in one execution, on one host or each
  /// on one of its own.
  init(
    _ storm: Storm, racing members: StormMembers, onOneHost: Bool, inHalves: Bool = false,
    observer: inout some EngineObserver
  ) throws(StormError) {
    let all = members.flavours
    var stage = StormStage(
      storm, count: all.count,
      actors: all.reduce(0) { $0 + $1.racers + storm.backgroundThreads })
    var locks: [MachineLocks?] = []
    for flavour in all {
      let isShared = flavour.racers + storm.backgroundThreads > 1
      locks.append(isShared ? MachineLocks(storm.profile, on: &stage.engine) : nil)
    }
    var program = try RacingStorm(
      storm, members, onOneHost: onOneHost, starts: stage.starts, resources: stage.resources,
      locks: locks, gate: stage.gate, series: StormStage.series, inHalves: inHalves)
    var problem: EngineError?
    do {
      try stage.engine.run(&program, observer: &observer)
    } catch {
      problem = error
    }
    // Where one machine fails, others may wait for it for ever.
    if let failure = program.failure { throw failure }
    if let problem { throw .engine(problem) }
    series = stage.series(program.series)
    pageCache = stage.pageCacheUse
    frameLock = stage.engine.use(of: stage.frameLock)
    storage = stage.engine.use(of: stage.storage)
    network = stage.engine.use(of: stage.network)
    end = stage.engine.now
    usedBytes = program.usedBytes
    for case let lock? in locks {
      machineLocks.add(stage.engine.use(of: lock.lock))
      machineWords.add(stage.engine.use(of: lock.word))
      processWords.add(stage.engine.use(of: lock.processWord))
    }
    for number in all.indices {
      ledgers.append(program.crews[number].machine.ledger)
      tableBytes.append(program.crews[number].machine.tableBytes)
      processTableBytes.append(program.crews[number].machine.machine.processTableBytes)
      let actors = program.crews[number].actors
      let last = actors.compactMap { stage.engine.times(of: ActorNumber($0)).finished }.max()
      let start = stage.starts[number]
      let moment = program.crews[number].ready ?? last ?? end
      ready.append(moment - start)
      readySinceStart.append(moment - .start)
      var setUp = program.crews[number].setUp
      for actor in program.crews[number].populators {
        // What no guest asked for is set-up, whenever it is worked.
        setUp += program.racers[actor].recorder.shares.total
        let times = stage.engine.times(of: ActorNumber(actor))
        add(
          program.racers[actor].recorder.shares, times, start: .start,
          waited: program.racers[actor].waited)
        // Before its machine starts a thread is none.
        shares[.siblingWait] = shares[.siblingWait] - TotalTime(program.racers[actor].waited)
      }
      setUps.append(setUp)
      for actor in actors {
        let isFirst = actor == actors.lowerBound
        add(
          program.racers[actor].recorder.shares, stage.engine.times(of: ActorNumber(actor)),
          start: isFirst ? start : .start, waited: program.racers[actor].waited)
      }
    }
  }

  /// Adds what became of a machine.
  private mutating func add(
    _ work: TimeShares, _ times: ActorTimes, ready moment: VirtualTime, start: VirtualTime
  ) {
    ready.append(moment - start)
    readySinceStart.append(moment - .start)
    add(work, times, start: start, waited: .zero)
  }

  /// Adds where the time of a virtual processor went that has waited so long for others of its machine.
  private mutating func add(
    _ work: TimeShares, _ times: ActorTimes, start: VirtualTime, waited: VirtualDuration
  ) {
    shares.add(work)
    // What is moved through a shared bandwidth takes as long as it took, not as long as alone.
    if times.moving > .zero { shares[.zero] += TotalTime(times.moving) - work[.zero] }
    shares[.lockWait] += times.spinning + times.stalled
    shares[.startWait] += times.locked
    shares[.processorWait] += times.queued + times.switching
    shares[.deviceWait] += times.onDevices
    shares[.guestWait] += times.asleep - (start - .start) - waited
    shares[.siblingWait] += waited
  }
}
