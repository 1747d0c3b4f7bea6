public import Costs
import Guests
public import Hypervisor
public import Paging

/// Why a migration can't be played.
public enum MigrationError: Error, Sendable, Hashable {
  /// A machine can't be made, or can't track its writes so.
  case machine(MachineError)
  /// The profile has no price for something that was used.
  case pricing(PricingError)
  /// The writer has no pages to write.
  case writer(String)
  /// An access ended otherwise than on its page.
  case unexpectedEnd(GuestPhysical, TouchOutcome.End)
}

extension MigrationError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .machine(let error): "\(error)"
    case .pricing(let error): "\(error)"
    case .writer(let problem): problem
    case .unexpectedEnd(let address, let end): "The access to \(address) ended as “\(end)”."
    }
  }
}
