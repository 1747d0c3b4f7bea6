import Simulation

/// Actors that each make the steps of a list, and note when they came to each.
struct ListedProgram: Program {
  let steps: [[Step]]
  private var places: [Int]
  private(set) var times: [[VirtualTime]]

  init(_ steps: [[Step]]) {
    self.steps = steps
    places = Array(repeating: 0, count: steps.count)
    times = Array(repeating: [], count: steps.count)
  }

  mutating func next(_ actor: ActorNumber, at time: VirtualTime) -> Step {
    let place = places[actor.value]
    places[actor.value] += 1
    times[actor.value].append(time)
    return place < steps[actor.value].count ? steps[actor.value][place] : .finish
  }
}

extension VirtualDuration {
  static func ns(_ count: Int64) -> VirtualDuration { VirtualDuration(nanoseconds: count) }
}

extension VirtualTime {
  static func ns(_ count: Int64) -> VirtualTime { VirtualTime(picoseconds: count * 1000) }
}
