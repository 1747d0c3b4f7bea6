import Simulation

/// Processors that each do the same so many times: a part beside each other, a part under one lock.
///
/// The two parts are fitted to two published times: the least number of processors gives their sum, for
/// nobody waits, and the largest the part under the lock, for that is all that counts there.
struct ValidationQueue {
  private let rounds: UInt64
  /// What a round takes under the lock, and beside it.
  let locked: VirtualDuration
  let free: VirtualDuration
  /// As many rounds are played; they are periodic after the first few.
  private static let played: UInt64 = 4000

  init(rounds: UInt64, fit: [ValidationPoint]) throws(ValidationError) {
    guard let least = fit.min(by: { $0.processors < $1.processors }),
      let most = fit.max(by: { $0.processors < $1.processors }), least.processors == 1,
      most.processors > 1, rounds > 0
    else { throw .notFitted("it needs the time of one processor and that of several") }
    let sum = Int64(least.picoseconds / rounds)
    let locked = Int64(most.picoseconds / rounds) / Int64(most.processors)
    guard locked < sum, Int64(most.processors) * locked > sum else {
      throw .notFitted("\(most.processors) processors do not wait for each other")
    }
    self.rounds = rounds
    self.locked = VirtualDuration(picoseconds: locked)
    free = VirtualDuration(picoseconds: sum - locked)
  }

  /// How long so many processors take.
  func picoseconds(processors: Int) throws(ValidationError) -> Double {
    let rounds = min(self.rounds, Self.played)
    var engine = Engine(
      actors: processors, processors: processors,
      slice: VirtualDuration(picoseconds: Int64.max / 4))
    let lock = engine.add(Lock("the lock", waiting: .spin))
    var program = Rounds(self, lock, processors: processors, rounds: Int(rounds))
    do throws(EngineError) {
      try engine.run(&program)
    } catch {
      throw .engine(error)
    }
    return Double(engine.now.picoseconds) * Double(self.rounds) / Double(rounds)
  }

  /// What each processor does.
  private struct Rounds: Program {
    private let queue: ValidationQueue
    private let lock: LockNumber
    private var left: [Int]
    private var phase: [UInt8]

    init(_ queue: ValidationQueue, _ lock: LockNumber, processors: Int, rounds: Int) {
      self.queue = queue
      self.lock = lock
      left = Array(repeating: rounds, count: processors)
      phase = Array(repeating: 0, count: processors)
    }

    mutating func next(_ actor: ActorNumber, at time: VirtualTime) -> Step {
      let number = actor.value
      defer { phase[number] = (phase[number] + 1) % 4 }
      switch phase[number] {
      case 0:
        guard left[number] > 0 else { return .finish }
        left[number] -= 1
        return .compute(queue.free)
      case 1: return .lock(lock, shared: false)
      case 2: return .compute(queue.locked)
      default: return .unlock(lock)
      }
    }
  }
}
