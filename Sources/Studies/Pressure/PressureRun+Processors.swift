import HostMemory
import Simulation

/// The same actors on processors that they share: workers, growth, kswapd and ksmd stand in one line, and each
/// gives its processor up for the time that it waits.
extension PressureRun: Program {
  /// What an execution on processors keeps beside the actors.
  struct Play {
    var start: UInt64 = 0
    var end: UInt64 = 0
    var nextSample: UInt64 = 0
    var seen = ReclaimCounters()
    /// What is left of each actor's last step, the next at the end.
    var steps: [[Step]] = []
    var isOver = false
    /// The actor that only keeps the time, behind all others.
    var clock: Int { steps.count - 1 }
  }

  /// Lets the actors share the host's processors until the measurement is over.
  mutating func play(on host: PressureHost, _ processors: Int, from start: UInt64) {
    play.start = start
    play.end = start + study.durationNanoseconds
    play.nextSample = start
    play.seen = memory.total
    // Each begins when it is due.
    play.steps = actors.map {
      $0.at == .max ? [] : [.sleep(Self.duration($0.at - start))]
    }
    play.steps.append([.sleep(Self.duration(study.durationNanoseconds))])
    let slice = host.sliceNanoseconds ?? BaseSlice.nanoseconds(processors: processors)
    var engine = Engine(
      actors: play.steps.count, processors: processors,
      slice: VirtualDuration(nanoseconds: Int64(slice)))
    do throws(EngineError) {
      try engine.run(&self)
    } catch {
      preconditionFailure("who waits is woken when the time is over, which is short: \(error)")
    }
    outcome.processors = processors
    for number in actors.indices {
      let times = engine.times(of: ActorNumber(number))
      let ran = UInt64(times.running.nanoseconds)
      switch actors[number].role {
      case .worker, .growth:
        outcome.services[actors[number].service].queuedNanoseconds += UInt64(
          times.queued.nanoseconds)
      case .kswapd: outcome.kswapdNanoseconds = ran
      case .ksmd: outcome.ksmdNanoseconds = ran
      }
    }
  }

  private static func duration(_ nanoseconds: UInt64) -> VirtualDuration {
    VirtualDuration(nanoseconds: Int64(min(nanoseconds, UInt64(Int64.max / 1000))))
  }

  mutating func next(_ actor: ActorNumber, at time: VirtualTime) -> Step {
    let number = actor.value
    if let step = play.steps[number].popLast() { return step }
    let now = play.start + UInt64(time.picoseconds / 1000)
    guard number != play.clock else {
      guard !play.isOver else { return .finish }
      look(by: play.end)
      play.isOver = true
      // Who sleeps would never learn that it is over.
      return .wake(ActorNumber(kswapd))
    }
    if actors[number].completes {
      actors[number].at = now
      complete(number)
    }
    guard now < play.end, !actors[number].isDone else { return .finish }
    if now >= play.nextSample { look(by: now) }
    if number == kswapd, !memory.isKswapdAwake { return .wait }
    actors[number].at = now
    act(number, play.start)
    arrange(number, from: now)
    return play.steps[number].popLast() ?? .finish
  }

  /// Keeps what the step that an actor has made takes: computing, then waiting, then computing again.
  private mutating func arrange(_ number: Int, from now: UInt64) {
    let about = actors[number]
    guard about.at != .max else {
      // Who was killed, or has nothing left to do, is gone; kswapd sleeps.
      if number == kswapd { play.steps[number] = [.wait] }
      return
    }
    let first = about.at - now - about.waited - about.computed
    if memory.isKswapdAwake, number != kswapd {
      play.steps[number].append(.wake(ActorNumber(kswapd)))
    }
    play.steps[number].append(.compute(Self.duration(about.computed)))
    play.steps[number].append(.sleep(Self.duration(about.waited)))
    play.steps[number].append(.compute(Self.duration(first)))
  }

  /// Looks at the host at each moment up to one that is due.
  private mutating func look(by now: UInt64) {
    var seen = play.seen
    while play.nextSample <= now {
      sample(play.nextSample - play.start, &seen)
      play.nextSample += sampleStep
    }
    play.seen = seen
  }
}
