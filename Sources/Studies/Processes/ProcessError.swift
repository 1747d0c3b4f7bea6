public import Costs
public import Hypervisor

/// Why processes can't be played.
public enum ProcessError: Error, Sendable {
  /// The machine can't be made.
  case machine(MachineError)
  /// The profile lacks prices.
  case pricing(PricingError)
  /// The guest's memory does not hold its processes.
  case noRoom(process: String)
}

extension ProcessError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .machine(let error): error.description
    case .pricing(let error): error.description
    case .noRoom(let process): "The guest's memory does not hold “\(process)”."
    }
  }
}
