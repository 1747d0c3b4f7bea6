import Simulation

/// The same rules as the engine's, in the shortest way: time goes on nanosecond by nanosecond, and in
/// each the actor with the lowest number that can do anything does it, until none can.
///
/// Locks that spin, processors with slices, sleep.
struct ReferenceHost {
  enum Mode { case ready, computing, queued, spinning, asleep, done }

  struct Actor {
    var steps: [Step]
    var mode = Mode.ready
    var left = 0
    var onProcessor = false
    var sliceLeft = 0
    var spins = 0
    var finished = 0
    var granted = false
    var wakesAt = 0
  }

  var actors: [Actor]
  var freeProcessors: Int
  let slice: Int
  var line: [Int] = []
  var holder: Int?
  var lockLine: [Int] = []
  let lock: LockNumber

  init(_ steps: [[Step]], processors: Int, slice: Int, lock: LockNumber) {
    actors = steps.map { Actor(steps: $0) }
    freeProcessors = processors
    self.slice = slice
    self.lock = lock
  }

  /// When each actor is done.
  mutating func run() -> [Int] {
    var time = 0
    while actors.contains(where: { $0.mode != .done }) {
      while let actor = actors.indices.first(where: { canGoOn($0, at: time) }) {
        goOn(actor, at: time)
      }
      for actor in actors.indices where actors[actor].onProcessor {
        actors[actor].sliceLeft -= 1
        if actors[actor].mode == .computing { actors[actor].left -= 1 }
      }
      time += 1
    }
    return actors.map(\.finished)
  }

  private func canGoOn(_ number: Int, at time: Int) -> Bool {
    let actor = actors[number]
    switch actor.mode {
    case .done: return false
    case .ready: return true
    case .asleep: return time >= actor.wakesAt
    case .spinning: return actor.granted
    case .queued: return actor.onProcessor
    case .computing:
      return actor.left == 0 || actor.sliceLeft <= 0 && actor.spins == 0
    }
  }

  private mutating func goOn(_ number: Int, at time: Int) {
    switch actors[number].mode {
    case .computing where actors[number].left > 0:
      // The slice is over: it goes to the end of the line, if anyone stands there.
      if line.isEmpty { actors[number].sliceLeft = slice } else { giveUp(number, again: true) }
      return
    case .spinning: actors[number].granted = false
    case .computing: actors[number].steps.removeFirst()
    case .asleep: actors[number].steps.removeFirst()
    case .queued where actors[number].left > 0:
      actors[number].mode = .computing
      return
    default: break
    }
    actors[number].mode = .ready
    step(number, at: time)
  }

  private mutating func step(_ number: Int, at time: Int) {
    while true {
      switch actors[number].steps.first {
      case .compute(let duration):
        guard hasProcessor(number) else { return }
        actors[number].left = Int(duration.picoseconds / 1000)
        actors[number].mode = .computing
        return
      case .lock:
        guard hasProcessor(number) else { return }
        actors[number].steps.removeFirst()
        guard holder == nil, lockLine.isEmpty else {
          lockLine.append(number)
          actors[number].mode = .spinning
          return
        }
        holder = number
        actors[number].spins = 1
      case .unlock:
        actors[number].steps.removeFirst()
        actors[number].spins = 0
        holder = nil
        if !lockLine.isEmpty {
          let next = lockLine.removeFirst()
          holder = next
          actors[next].spins = 1
          actors[next].granted = true
        }
      case .sleep(let duration):
        giveUp(number, again: false)
        actors[number].wakesAt = time + Int(duration.picoseconds / 1000)
        actors[number].mode = .asleep
        return
      default:
        giveUp(number, again: false)
        actors[number].mode = .done
        actors[number].finished = time
        return
      }
    }
  }

  private mutating func hasProcessor(_ number: Int) -> Bool {
    if actors[number].onProcessor {
      guard actors[number].sliceLeft <= 0, actors[number].spins == 0 else { return true }
      if line.isEmpty {
        actors[number].sliceLeft = slice
        return true
      }
      giveUp(number, again: true)
      return false
    }
    if freeProcessors > 0 {
      freeProcessors -= 1
      actors[number].onProcessor = true
      actors[number].sliceLeft = slice
      return true
    }
    actors[number].mode = .queued
    line.append(number)
    return false
  }

  private mutating func giveUp(_ number: Int, again: Bool) {
    guard actors[number].onProcessor else { return }
    actors[number].onProcessor = false
    if line.isEmpty {
      freeProcessors += 1
    } else {
      let next = line.removeFirst()
      actors[next].onProcessor = true
      actors[next].sliceLeft = slice
    }
    if again {
      actors[number].mode = .queued
      line.append(number)
    }
  }
}
