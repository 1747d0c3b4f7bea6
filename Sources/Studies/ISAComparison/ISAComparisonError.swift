public import Costs
public import Hypervisor
public import Paging

/// Why work could not be compared.
public enum ISAComparisonError: Error, Sendable {
  /// The machine can't be made.
  case machine(MachineError)
  /// The nested machine can't be made, or its guest's access can't be resolved.
  case nested(NestedError)
  /// An access ended in another way than the workload means it to.
  case unexpectedEnd(GuestVirtual, TouchOutcome.End)
  /// The ledger can't be priced.
  case pricing(PricingError)
}

extension ISAComparisonError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .machine(let error): error.description
    case .nested(let error): "\(error)"
    case .unexpectedEnd(let address, let end):
      "The access to \(address) was not made: \(end == .outOfMemory ? "the host has no frame left" : "it ended as \(end)")."
    case .pricing(let error): error.description
    }
  }
}
