public import Costs
public import Hypervisor
public import Paging

/// Why a figure could not be recomputed.
public enum ClaimError: Error, Sendable {
  /// The tables can't be built.
  case tables(TableError)
  /// The memory for them can't be had.
  case memory(MemoryError)
  /// The processor can't be set up.
  case registers(RegisterError)
  /// The machine can't be made.
  case machine(MachineError)
  /// The comparison can't be carried out.
  case comparison(ISAComparisonError)
  /// The study of translation can't be carried out.
  case translation(TranslationStudyError)
  /// The storm can't be played.
  case storm(StormError)
  /// The bill can't be made.
  case pricing(PricingError)
  /// A profile is not given, or lacks a price or its clock.
  case lacking(String)
  /// A play ended in another way than the row means it to.
  case unexpected(String)
}

extension ClaimError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .tables(let error): error.description
    case .memory(let error): error.description
    case .registers(let error): error.description
    case .machine(let error): error.description
    case .comparison(let error): error.description
    case .translation(let error): error.description
    case .storm(let error): error.description
    case .pricing(let error): error.description
    case .lacking(let what): "There is no \(what) to price the figure by."
    case .unexpected(let what): "The play of the figure failed: \(what)."
    }
  }
}
