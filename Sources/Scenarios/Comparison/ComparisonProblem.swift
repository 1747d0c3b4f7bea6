public import Paging

/// Why profiles and formats make no machines to compare.
public enum ComparisonProblem: Error, Sendable, Hashable {
  /// No format is of the profile's architecture.
  case profileWithoutHost(String, isa: String)
  /// No machine is of a guest's format's architecture.
  case guestWithoutHost(GuestFormat)
  /// More machines than can stand side by side.
  case tooManyMachines(Int)
  /// A format is chosen for a nested machine.
  case hostOfNested
  /// A guest's format is chosen for a nested machine.
  case guestOfNested
  /// A nested machine of another architecture.
  case nestedElsewhere(String, isa: String)
  /// Several profiles for a nested machine.
  case profilesOfNested

  /// The field that is at fault, where it was given: what comes first, the profiles or the formats.
  var fields: [String] {
    switch self {
    case .hostOfNested: ["hosts"]
    case .guestOfNested, .guestWithoutHost: ["guests"]
    case .profileWithoutHost, .nestedElsewhere, .profilesOfNested: ["profiles", "hosts"]
    case .tooManyMachines: ["profiles", "hosts", "guests"]
    }
  }
}

extension ComparisonProblem: CustomStringConvertible {
  /// The problem as a sentence.
  public var description: String {
    switch self {
    case .profileWithoutHost(let name, let isa):
      "The profile “\(name)” is of \(isa), and so is no format of the hosts."
    case .guestWithoutHost(let guest):
      "\(guest) is a guest’s format of \(guest.isa.rawValue), and no machine is of that."
    case .tooManyMachines(let count):
      "\(count) machines are to stand side by side: at most"
        + " \(ComparisonScenario.mostMachines) can."
    case .hostOfNested: "A host's format has no meaning for “nested”: it is EPT at all levels."
    case .guestOfNested: "A guest's format has no meaning for “nested”: it is x86-4 at all levels."
    case .nestedElsewhere(let name, let isa):
      "The profile “\(name)” is of \(isa): nested virtualisation is modelled for x86-64."
    case .profilesOfNested: "“nested” takes one profile: its columns are the schemes."
    }
  }
}
