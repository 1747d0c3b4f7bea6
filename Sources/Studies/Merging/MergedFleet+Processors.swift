import HostMemory
import Simulation

/// A fleet whose VMs compute, on processors that the scanner takes from them.
extension MergedFleet: Program {
  /// What an execution on processors keeps.
  struct Play {
    /// What is left of each actor's last step, the next at the end.
    var steps: [[Step]] = []
    var nextSample = 1
    var isOver = false
    /// When each VM had done its work, in nanoseconds.
    var ready: [UInt64?] = []
    var booted: [UInt64] = []
    var hasBegun: [Bool] = []
    var failure: MergingError?
  }

  /// The actors before those of the VMs: what happens to memory, the scanner, and who looks at both.
  private enum Role: Int { case memory, scanner, observer }

  private static let firstVM = 3

  /// Runs the fleet for as long as it is watched; which VM is not ready by then never is.
  mutating func runOnProcessors() throws(MergingError) -> MergingOutcome {
    let processors = study.processors ?? 1
    play.steps = [[Step]](repeating: [], count: Self.firstVM + study.vms)
    play.ready = [UInt64?](repeating: nil, count: study.vms)
    play.booted = [UInt64](repeating: 0, count: study.vms)
    play.hasBegun = [Bool](repeating: false, count: study.vms)
    let slice = study.sliceNanoseconds ?? BaseSlice.nanoseconds(processors: processors)
    var engine = Engine(
      actors: play.steps.count, processors: processors,
      slice: VirtualDuration(nanoseconds: Int64(slice)))
    do throws(EngineError) {
      try engine.run(&self)
    } catch {
      preconditionFailure("every VM is woken at its boot or at the end: \(error)")
    }
    if let failure = play.failure { throw failure }
    var use = MergingOutcome.ProcessorUse(
      processors: processors, workSeconds: study.workSeconds,
      scannerSeconds: Self.seconds(engine.times(of: ActorNumber(Role.scanner.rawValue)).running))
    for vm in 0..<study.vms {
      guard let ready = play.ready[vm] else { continue }
      use.readySeconds.append(Double(ready - play.booted[vm]) / 1e9)
      use.queuedSeconds += Self.seconds(engine.times(of: ActorNumber(Self.firstVM + vm)).queued)
    }
    use.readySeconds.sort()
    outcome.processorUse = use
    return finished()
  }

  private static func seconds(_ duration: VirtualDuration) -> Double {
    Double(duration.picoseconds) / 1e12
  }

  mutating func next(_ actor: ActorNumber, at time: VirtualTime) -> Step {
    let number = actor.value
    if let step = play.steps[number].popLast() { return step }
    let now = UInt64(time.picoseconds / 1000)
    switch Role(rawValue: number) {
    case .memory: return nextOfMemory(at: now)
    case .scanner: return nextOfScanner(at: now)
    case .observer: return nextOfObserver(at: now)
    case nil: return next(of: number - Self.firstVM, at: now)
    }
  }

  private func sleep(from now: UInt64, until moment: UInt64) -> Step {
    .sleep(VirtualDuration(nanoseconds: Int64(moment - min(now, moment))))
  }

  private mutating func nextOfMemory(at now: UInt64) -> Step {
    while play.failure == nil, !play.isOver {
      let (boots, writes) = (momentOfBoot, momentOfWrite)
      let moment = min(boots, writes)
      guard moment <= now else {
        guard moment <= nanoseconds(study.seconds) else { break }
        return sleep(from: now, until: moment)
      }
      note(at: now)
      guard boots <= writes else {
        write()
        continue
      }
      let vm = ranges.count
      do throws(MergingError) {
        try boot()
      } catch {
        play.failure = error
        play.steps[Role.memory.rawValue] =
          [.finish] + (vm..<study.vms).map { .wake(ActorNumber(Self.firstVM + $0)) }
        return .compute(.zero)
      }
      play.booted[vm] = now
      return .wake(ActorNumber(Self.firstVM + vm))
    }
    return .finish
  }

  private mutating func nextOfScanner(at now: UInt64) -> Step {
    guard play.failure == nil, !play.isOver else { return .finish }
    note(at: now)
    let computed = wake(at: now)
    noteMerged(at: now + computed)
    play.steps[Role.scanner.rawValue] = [.sleep(VirtualDuration(nanoseconds: Int64(pause)))]
    return .compute(VirtualDuration(nanoseconds: Int64(computed)))
  }

  private mutating func nextOfObserver(at now: UInt64) -> Step {
    let due = moment(ofSample: play.nextSample)
    guard play.failure == nil, play.nextSample <= study.samples else { return .finish }
    guard now >= due else { return sleep(from: now, until: due) }
    note(at: now)
    sample(at: now)
    play.nextSample += 1
    guard play.nextSample > study.samples else {
      return sleep(from: now, until: moment(ofSample: play.nextSample))
    }
    play.isOver = true
    // VMs that have not booted by now will not.
    play.steps[Role.observer.rawValue] = [.finish]
    for vm in ranges.count..<study.vms {
      play.steps[Role.observer.rawValue].append(.wake(ActorNumber(Self.firstVM + vm)))
    }
    return play.steps[Role.observer.rawValue].popLast() ?? .finish
  }

  private mutating func next(of vm: Int, at now: UInt64) -> Step {
    guard vm < ranges.count else { return play.isOver || play.failure != nil ? .finish : .wait }
    guard play.ready[vm] == nil else { return .finish }
    if !play.hasBegun[vm] {
      play.hasBegun[vm] = true
      return .compute(VirtualDuration(picoseconds: Int64(study.workSeconds * 1e12)))
    }
    if !play.isOver { play.ready[vm] = now }
    return .finish
  }
}
