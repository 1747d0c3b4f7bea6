import Costs
import Guests
import HostMemory
import Hypervisor
import Simulation

extension Host {
  /// The memory of a storm's host.
  init(_ host: StormHost) throws(MachineError) {
    try self.init(bytes: host.memoryBytes & ~4095)
    if let bytes = host.largePageBytes { fragment(leaving: bytes) }
  }
}

/// All machines of a storm in one execution on one host: each touch is made at its moment.
struct LiveStorm: ~Copyable, Program {
  /// A machine at play.
  struct Player: ~Copyable {
    var machine: StormMachine
    var recorder: MachineRecorder
    var steps: GuestSteps
    let start: VirtualTime
    let member: StormMembers.Member
    /// What the last step of the guest became, and what of it was done.
    var segments: [Recording.Segment] = []
    var notes: [Recording.Note] = []
    var next = 0
    var phase = Phase.starting
    var ready: VirtualTime?

    /// Plays the guest's next step and keeps what it takes; false after the last one.
    mutating func play(on host: inout Host) throws(StormError) -> Bool {
      guard let step = steps.next() else { return false }
      try machine.play(step, into: &recorder, on: &host)
      (segments, notes) = recorder.drain()
      next = 0
      return true
    }
  }

  enum Phase {
    case starting
    case entering
    case delaying
    case playing
    case ending
    case leaving
    case finished
  }

  private var host: Host
  private let freeAtStart: UInt64
  private var players: Row<Player>
  private let resources: RecordedProgram.Resources
  private let gate: LockNumber?
  /// What was noted, when it happened.
  private(set) var series: TimeSeries
  /// Why the play stopped, if it did.
  private(set) var failure: StormError?

  init(
    _ storm: Storm, _ members: StormMembers, starts: [VirtualTime],
    resources: RecordedProgram.Resources, gate: LockNumber?, series: TimeSeries
  ) throws(StormError) {
    var host = try Self.host(storm)
    let freeAtStart = host.frames.freeFrames
    let players = try Self.players(storm, members, starts, on: &host)
    self.host = host
    self.players = players
    self.freeAtStart = freeAtStart
    self.resources = resources
    self.gate = gate
    self.series = series
  }

  private static func players(
    _ storm: Storm, _ members: StormMembers, _ starts: [VirtualTime], on host: inout Host
  ) throws(StormError) -> Row<Player> {
    let all = members.flavours
    return try Row(count: all.count) { number throws(StormError) in
      var machine = try StormMachine(all[number], storm.policy, on: &host)
      var recorder = MachineRecorder(
        storm.profile, storm.host, reservedBytes: storm.policy.reservedBytes(all[number]),
        snapshot: storm.snapshotNumber(all[number]))
      try machine.begin(storm.policy, &recorder, on: &host)
      return Player(
        machine: machine, recorder: recorder, steps: all[number].guest.steps(),
        start: starts[number], member: members.machines[number])
    }
  }

  private static func host(_ storm: Storm) throws(StormError) -> Host {
    do throws(MachineError) {
      return try Host(storm.host)
    } catch {
      throw .machine(flavour: storm.fleet[0].name, error)
    }
  }

  /// When a machine was ready.
  func ready(_ actor: ActorNumber) -> VirtualTime? { players[actor.value].ready }

  /// The work of a machine by what it was for.
  func shares(_ actor: ActorNumber) -> TimeShares { players[actor.value].recorder.shares }

  /// The counts of all machines.
  var ledgers: [Ledger] { (0..<players.count).map { players[$0].machine.ledger } }

  /// The bytes of frames that all machines have come to use.
  var usedBytes: UInt64 { (freeAtStart - host.frames.freeFrames) * 4096 }

  mutating func next(_ actor: ActorNumber, at time: VirtualTime) -> Step {
    let number = actor.value
    while true {
      switch players[number].phase {
      case .starting:
        players[number].phase = .entering
        if players[number].start > time { return .sleep(players[number].start - time) }
      case .entering:
        players[number].phase = .delaying
        if let gate { return .lock(gate, shared: false) }
      case .delaying:
        players[number].phase = .playing
        let delay = players[number].member.delay
        if delay > .zero { return .sleep(delay) }
      case .playing:
        if players[number].next < players[number].segments.count {
          players[number].phase = .ending
          let segment = players[number].segments[players[number].next]
          return .compute(VirtualDuration(picoseconds: segment.compute))
        }
        play(number)
      case .ending:
        if let step = end(number, at: time) { return step }
      case .leaving:
        players[number].phase = .playing
        if let gate { return .unlock(gate) }
      case .finished:
        return .finish
      }
    }
  }

  /// Plays a machine's next step; the first failure ends all play.
  private mutating func play(_ number: Int) {
    var isOver = failure != nil
    if !isOver {
      do throws(StormError) {
        isOver = try !players[number].play(on: &host)
      } catch {
        failure = error
        isOver = true
      }
    }
    if isOver { players[number].phase = .finished }
  }

  /// The step at the end of a segment that was computed.
  private mutating func end(_ number: Int, at time: VirtualTime) -> Step? {
    players[number].phase = .playing
    let place = players[number].next
    players[number].next += 1
    for note in players[number].notes where note.belongs(to: place) {
      series.add(note.amount, to: Int(note.quantity), at: time)
    }
    let segment = players[number].segments[place]
    if segment.isReady {
      players[number].ready = time
      players[number].phase = .leaving
    }
    return resources.step(segment, waits: players[number].member.waits)
  }
}
