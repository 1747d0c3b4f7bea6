/// Why one machine of a flavour can't be counted for all of it.
public enum CohortLimit: Sendable, Hashable {
  /// Several processors of a machine race for pages, so that counts are a matter of time.
  case racing(flavour: String, processors: Int)
}

extension CohortLimit: CustomStringConvertible {
  /// The reason as a sentence.
  public var description: String {
    switch self {
    case .racing(let flavour, let processors):
      "\(processors) processors of each machine “\(flavour)” touch memory at once, and which of their"
        + " faults are spurious is a matter of time: no machine can be counted for the others"
        + " (mode cohort), each is played."
    }
  }
}

extension Storm {
  /// Why one machine of each flavour can't be counted for all.
  public var cohortLimits: [CohortLimit] {
    var limits: [CohortLimit] = []
    for flavour in fleet where flavour.count > 0 && flavour.racers > 1 {
      limits.append(.racing(flavour: flavour.name, processors: flavour.racers))
    }
    return limits
  }
}
