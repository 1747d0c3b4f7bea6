public import Costs
public import Hypervisor
public import Paging

/// Why phases can't be played.
public enum LoggingPhasesError: Error, Sendable, Hashable {
  /// The machine can't be made, or can't log its writes so.
  case machine(MachineError)
  /// The profile has no price for something that was used.
  case pricing(PricingError)
  /// An access ended otherwise than on its page.
  case unexpectedEnd(GuestPhysical, TouchOutcome.End)
}

extension LoggingPhasesError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .machine(let error): "\(error)"
    case .pricing(let error): "\(error)"
    case .unexpectedEnd(let address, let end): "The access to \(address) ended as “\(end)”."
    }
  }
}
