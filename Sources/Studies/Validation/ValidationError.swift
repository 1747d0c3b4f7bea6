public import Costs
public import Hypervisor
public import Simulation

/// Why a case is refused or can't be run.
public enum ValidationError: Error, Sendable {
  /// A prediction names rows, or prices come from rows, that nobody knows the source of.
  case unknownRows(String, String, rows: [String])
  /// A prediction takes numbers from rows that it does not declare, of which some are of its own source.
  case undeclared(String, String, rows: [String], own: [String], predicted: String)
  /// A prediction declares rows that it takes nothing from.
  case unused(String, String, rows: [String])
  /// A prediction claims more than its inputs allow.
  case gradeTooHigh(String, String, claimed: ValidationGrade, allowed: ValidationGrade)
  /// A queue can't be fitted to its points.
  case notFitted(String)
  /// What the number is divided by is 0.
  case nothingPlayed(String, String)
  /// A profile lacks a price.
  case pricing(PricingError)
  /// Pages can't be touched.
  case comparison(ISAComparisonError)
  /// The nested guest's fault can't be played.
  case nested(NestedError)
  /// Tables can't be built.
  case tables(ClaimError)
  /// A machine can't be made, or its writes not be logged.
  case machine(MachineError)
  /// A storm can't be played.
  case storm(StormError)
  /// The queue does not come to an end.
  case engine(EngineError)
}

extension ValidationError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .unknownRows(let id, let subject, let rows):
      "\(id), “\(subject)”: nobody knows what source the row\(rows.count == 1 ? "" : "s")"
        + " \(rows.joined(separator: ", ")) \(rows.count == 1 ? "is" : "are") of; the rows that"
        + " are known are listed in Docs/Costs.md."
    case .undeclared(let id, let subject, let rows, let own, let predicted):
      "\(id), “\(subject)”: it takes numbers from \(rows.joined(separator: ", ")) and does not"
        + " declare \(rows.count == 1 ? "it" : "them") under “inputs”"
        + Self.ownership(own, predicted)
    case .unused(let id, let subject, let rows):
      "\(id), “\(subject)”: it declares \(rows.joined(separator: ", ")) and takes nothing from there."
    case .gradeTooHigh(let id, let subject, let claimed, let allowed):
      "\(id), “\(subject)”: it claims to be \(claimed.rawValue), and its inputs allow"
        + " \(allowed.rawValue)."
    case .notFitted(let why): "A queue can't be fitted: \(why)."
    case .nothingPlayed(let id, let subject):
      "\(id), “\(subject)”: what it is divided by is 0."
    case .pricing(let error): error.description
    case .comparison(let error): error.description
    case .nested(let error): "\(error)"
    case .tables(let error): error.description
    case .machine(let error): error.description
    case .storm(let error): error.description
    case .engine(let error): "\(error)"
    }
  }
  /// What of undeclared rows is of the predicted row's own source.
  private static func ownership(_ own: [String], _ predicted: String) -> String {
    if own.contains(predicted) { return "; \(predicted) is the very row it predicts." }
    guard let row = own.first, let source = PublishedRow(row)?.source else { return "." }
    return "; \(row) is of the source of \(predicted), which it predicts (\(source))."
  }
}
