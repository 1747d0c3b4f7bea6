import Costs
import Guests
import HostMemory
import Hypervisor
import Paging
import Simulation

/// All machines of a storm in one execution, with several virtual processors of a machine at once.
///
/// A processor's touch is tried, the page is brought, the machine's lock is taken, the fault is resolved
/// and the touch is tried again, each at its own moment: whoever faults on a page before another's entry
/// is there finds it when the lock is passed, and the fault was spurious. What these are is a matter of
/// time, so they can't be counted beforehand.
struct RacingStorm: ~Copyable, Program {
  /// A machine, and what its processors have in common.
  struct Crew: ~Copyable {
    var machine: StormMachine
    /// The host that it is on.
    let host: Int
    /// The actors of its processors.
    let actors: Range<Int>
    /// The actors of the threads that populate its memory while it runs.
    let populators: Range<Int>
    /// What they populate, how far, and how much of it has been begun.
    let pieces: [[Range<GuestPhysical>]]
    let depth: PopulationDepth?
    var piecesBegun = 0
    let start: VirtualTime
    let member: StormMembers.Member
    /// What its faults pass, where they can meet.
    let locks: MachineLocks?
    /// The steps that its processors divide.
    var steps: GuestSteps
    /// Whether all its processors run: before the guest's kernel has its tables only one does.
    var isOpen = false
    /// Whether it has ended without its other processors.
    var isOver = false
    /// A step that all have to come together for.
    var barrier: GuestStep?
    /// How many of its processors don't rest.
    var working = 1
    /// The pages that are being brought.
    var bringing: [Bringing] = []
    var ready: VirtualTime?
    /// The work before the guest's first instruction.
    let setUp: TotalTime
  }

  /// Pages that a processor is bringing, and who waits for them.
  struct Bringing {
    let actor: Int
    let pages: [Range<GuestPhysical>]
    var waiting: [Int] = []

    func covers(_ address: GuestPhysical) -> Bool {
      pages.contains { $0.contains(address) }
    }
  }

  /// A route that was taken, and the pages of a shared snapshot that came for it.
  struct TakenRoute {
    let number: Int
    let route: FaultRoutes.Route
    let pages: [FilePages]
  }

  /// A virtual processor at play.
  struct Racer {
    let crew: Int
    let number: Int
    var recorder: MachineRecorder
    /// The processor's own steps, where each makes all touches.
    var steps: GuestSteps
    var phase: Phase
    /// What comes when the segments are done.
    var segments: [Recording.Segment] = []
    var notes: [Recording.Note] = []
    var next = 0
    var isEnding = false
    /// What comes before the segments, the last first.
    var ahead: [Step] = []
    /// Whom to wake before anything else.
    var wakes: [Int] = []
    /// Whether it waits until the machine's processors go on together.
    var isResting: Bool
    /// Whether it waits for a page that another brings.
    var isAwaiting = false
    /// All time of waiting for other processors of the machine.
    var waited = VirtualDuration.zero
    var waitsSince: VirtualTime?
    var touch: (address: GuestVirtual, access: Access)?
    var tries = 0
    var cascades = 0
    var pending: PendingFault?
    var entered = VirtualDuration.zero
    var routes: [TakenRoute] = []
    /// What a thread populates.
    var piece: [Range<GuestPhysical>] = []
  }

  enum Phase {
    case starting
    case entering
    case delaying
    case launching
    case drawing
    case arriving
    case resting
    case reopening
    case attempting
    case looking
    case awaiting
    case brought
    case locking
    case resolving
    case unlocking
    case leaving
    case populating
    case populated
    case mapping
    case mapped
    case finishing
    case finished
  }

  var hosts: Row<Host>
  private let freeAtStart: [UInt64]
  var crews: Row<Crew>
  var racers: [Racer]
  private let resources: RecordedProgram.Resources
  private let gate: LockNumber?
  /// Whether faults of a machine are resolved beside each other.
  let resolvesBeside: Bool
  /// What was noted, when it happened.
  private(set) var series: TimeSeries
  /// Whether touches are made in halves where a machine has one processor too, as tests want it.
  let playsAllInHalves: Bool
  /// Why the play stopped, if it did.
  var failure: StormError?

  /// These machines, all on one host or each on one of its own.
  init(
    _ storm: Storm, _ members: StormMembers, onOneHost: Bool, starts: [VirtualTime],
    resources: RecordedProgram.Resources, locks: [MachineLocks?], gate: LockNumber?,
    series: TimeSeries, inHalves: Bool = false
  ) throws(StormError) {
    let all = members.flavours
    var hosts = try Self.hosts(storm, all, onOneHost: onOneHost)
    let freeAtStart = (0..<hosts.count).map { hosts[$0].frames.freeFrames }
    var racers: [Racer] = []
    let crews = try Self.crews(storm, members, starts, locks, &racers, on: &hosts)
    self.hosts = hosts
    self.freeAtStart = freeAtStart
    self.crews = crews
    self.racers = racers
    self.resources = resources
    self.gate = gate
    resolvesBeside = storm.policy.faultPath == .parallel
    self.series = series
    playsAllInHalves = inHalves
  }

  private static func crews(
    _ storm: Storm, _ members: StormMembers, _ starts: [VirtualTime], _ locks: [MachineLocks?],
    _ racers: inout [Racer], on hosts: inout Row<Host>
  ) throws(StormError) -> Row<Crew> {
    let all = members.flavours
    return try Row(count: all.count) { number throws(StormError) in
      let flavour = all[number]
      let host = hosts.count == 1 ? 0 : number
      var machine = try StormMachine(flavour, storm.policy, on: &hosts[host])
      let first = racers.count
      let threads = storm.backgroundThreads
      for place in 0..<flavour.racers + threads {
        let reserved = place == 0 ? storm.policy.reservedBytes(flavour) : nil
        racers.append(
          Racer(
            crew: number, number: place,
            recorder: MachineRecorder(
              storm.profile, storm.host, reservedBytes: reserved,
              snapshot: storm.snapshotNumber(flavour)),
            steps: flavour.guest.steps(), phase: place == 0 ? .starting : .resting,
            isResting: place > 0))
      }
      let populators = racers.count - threads..<racers.count
      try machine.begin(storm.policy, &racers[first].recorder, on: &hosts[host])
      return Crew(
        machine: machine, host: host, actors: first..<populators.lowerBound,
        populators: populators, pieces: threads > 0 ? machine.pieces(storm.policy) : [],
        depth: storm.policy.population.depth, start: starts[number],
        member: members.machines[number],
        locks: locks[number], steps: flavour.guest.steps(),
        setUp: racers[first].recorder.shares.total)
    }
  }

  private static func hosts(
    _ storm: Storm, _ all: [Flavour], onOneHost: Bool
  ) throws(StormError) -> Row<Host> {
    try Row(count: onOneHost ? 1 : all.count) { number throws(StormError) in
      let flavour = all[number]
      do throws(MachineError) {
        return onOneHost
          ? try Host(storm.host) : try Host(bytes: CountedMachine.hostBytes(flavour))
      } catch {
        throw .machine(flavour: flavour.name, error)
      }
    }
  }

  /// The bytes of frames that all machines have come to use.
  var usedBytes: UInt64 {
    freeAtStart.indices.reduce(0) { $0 + (freeAtStart[$1] - hosts[$1].frames.freeFrames) * 4096 }
  }

  mutating func next(_ actor: ActorNumber, at time: VirtualTime) -> Step {
    let number = actor.value
    if let since = racers[number].waitsSince {
      racers[number].waited += time - since
      racers[number].waitsSince = nil
    }
    while true {
      if let other = racers[number].wakes.popLast() { return .wake(ActorNumber(other)) }
      if let step = racers[number].ahead.popLast() { return step }
      if racers[number].next < racers[number].segments.count {
        if let step = playSegment(number, at: time) { return step }
        continue
      }
      if let step = step(number, at: time) { return step }
    }
  }

  /// The next half of a segment, if the engine has to do with it.
  private mutating func playSegment(_ number: Int, at time: VirtualTime) -> Step? {
    let place = racers[number].next
    let segment = racers[number].segments[place]
    guard racers[number].isEnding else {
      racers[number].isEnding = true
      return .compute(VirtualDuration(picoseconds: segment.compute))
    }
    racers[number].isEnding = false
    racers[number].next += 1
    for note in racers[number].notes where note.belongs(to: place) {
      series.add(note.amount, to: Int(note.quantity), at: time)
    }
    if segment.isReady {
      crews[racers[number].crew].ready = time
      if let gate { return .unlock(gate) }
    }
    return resources.step(segment, waits: crews[racers[number].crew].member.waits)
  }

  /// What a processor does once its segments are done; nothing where that takes no step of the engine's.
  private mutating func step(_ number: Int, at time: VirtualTime) -> Step? {
    let crew = racers[number].crew
    if failure != nil { racers[number].phase = .finished }
    switch racers[number].phase {
    case .starting:
      racers[number].phase = .entering
      let start = crews[crew].start
      return start > time ? .sleep(start - time) : nil
    case .entering:
      racers[number].phase = .delaying
      return gate.map { .lock($0, shared: false) }
    case .delaying:
      racers[number].phase = .launching
      let delay = crews[crew].member.delay
      return delay > .zero ? .sleep(delay) : nil
    case .launching: launch(number)
    case .drawing: draw(number)
    case .arriving: rest(number)
    case .resting:
      guard racers[number].isResting else {
        let isProcessor = crews[crew].actors.contains(number)
        racers[number].phase = isProcessor ? .drawing : .populating
        return nil
      }
      return wait(number, at: time)
    case .reopening: reopen(number)
    case .attempting: attempt(number)
    case .looking: look(number)
    case .awaiting:
      guard racers[number].isAwaiting else {
        racers[number].phase = .locking
        return nil
      }
      return wait(number, at: time)
    case .brought:
      endBringing(number)
      racers[number].phase = .locking
      return leaveProcess(number)
    case .locking:
      racers[number].phase = .resolving
      return lock(number)
    case .populating: populate(number)
    case .populated:
      let hasBrought = endBringing(number)
      let isWhole = crews[crew].depth == .process
      racers[number].phase = isWhole ? .populating : .mapping
      if !isWhole, let step = lock(number) { racers[number].ahead.append(step) }
      return hasBrought ? leaveProcess(number) : nil
    case .mapping: map(number)
    case .mapped:
      racers[number].phase = .finishing
      return unlock(number)
    case .finishing: finishPiece(number)
    case .resolving: resolve(number)
    case .unlocking:
      racers[number].phase = .leaving
      return unlock(number)
    case .leaving: leave(number)
    case .finished: return .finish
    }
    return nil
  }

  private mutating func wait(_ number: Int, at time: VirtualTime) -> Step {
    racers[number].waitsSince = time
    return .wait
  }

  /// Takes out what a processor has recorded, to be done next, and says what comes then.
  mutating func record(_ number: Int, then phase: Phase) {
    (racers[number].segments, racers[number].notes) = racers[number].recorder.drain()
    racers[number].next = 0
    racers[number].phase = phase
  }

  /// Ends all play.
  mutating func fail(_ number: Int, _ error: StormError) {
    if failure == nil { failure = error }
    racers[number].phase = .finished
  }
}
