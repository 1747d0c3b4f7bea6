/// Why profiles and formats make no machines to compare.
public enum ComparisonProblem: Error, Sendable, Hashable {
  /// No format is of the profile's architecture.
  case profileWithoutHost(String, isa: String)
  /// More machines than can stand side by side.
  case tooManyMachines(Int)
  /// A format is chosen for a nested machine.
  case hostOfNested
  /// A nested machine of another architecture.
  case nestedElsewhere(String, isa: String)
  /// Several profiles for a nested machine.
  case profilesOfNested

  /// Whether it is the profiles that are at fault, and not the formats.
  var isOfProfiles: Bool {
    switch self {
    case .hostOfNested: false
    case .profileWithoutHost, .tooManyMachines, .nestedElsewhere, .profilesOfNested: true
    }
  }
}

extension ComparisonProblem: CustomStringConvertible {
  /// The problem as a sentence.
  public var description: String {
    switch self {
    case .profileWithoutHost(let name, let isa):
      "The profile “\(name)” is of \(isa), and so is no format of the hosts."
    case .tooManyMachines(let count):
      "\(count) machines are to stand side by side: at most"
        + " \(ComparisonScenario.mostMachines) can."
    case .hostOfNested: "A host's format has no meaning for “nested”: it is EPT at all levels."
    case .nestedElsewhere(let name, let isa):
      "The profile “\(name)” is of \(isa): nested virtualisation is modelled for x86-64."
    case .profilesOfNested: "“nested” takes one profile: its columns are the schemes."
    }
  }
}
