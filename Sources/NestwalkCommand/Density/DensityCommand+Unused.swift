import Console

extension DensityCommand {
  /// What is answered, as far as that says which options have a use.
  enum Form {
    /// The question of a scenario's file.
    case scenario
    /// The scenario itself, printed.
    case printing
    /// How many more machines fit an inventory's hosts.
    case inventory
    /// What was measured of an inventory.
    case check
    /// Where so many machines lie on an inventory's hosts.
    case placing
    /// Where the machines of a file lie there.
    case placingFile

    /// The options that have no use in it.
    var unused: [String] {
      let machine = [
        "memory", "vcpus", "backing", "pool", "eager", "monitor", "working-set", "returns",
      ]
      let host = ["reserved", "ratio", "swap", "risk"]
      let details = ["parts", "rules", "settings"]
      let ofOne = ["processors", "nodes", "node"] + details + ["print-scenario"]
      return switch self {
      case .scenario: machine + host + ["processors", "nodes", "node"]
      case .printing: details + ["json", "csv", "html"]
      case .inventory, .placing: ofOne
      case .check: machine + host + ofOne
      case .placingFile: machine + ofOne
      }
    }

    /// Where it is that an option has no use.
    var phrase: String {
      switch self {
      case .scenario: "where FILE is a scenario: “--set” changes its fields"
      case .printing: "with “--print-scenario”"
      case .inventory: "where FILE is an inventory"
      case .check: "with “--check”"
      case .placing: "with “--place”"
      case .placingFile: "with “--place FILE”, where FILE says what the machines are"
      }
    }
  }

  /// Refuses the options that were given and have no use, rather than pass them over.
  func refuseUnused(in form: Form) throws(CommandFailure) {
    let given = self.given
    let wrong = form.unused.filter { given.contains($0) }
    guard !wrong.isEmpty else { return }
    throw CommandFailure(
      .badInput,
      wrong.map { "“--\($0)” has no use \(form.phrase)." }.joined(separator: "\n"))
  }

  /// The names of the options that were given, of those that some form has no use for.
  private var given: Set<String> {
    let options: [(name: String, isGiven: Bool)] = [
      ("memory", memory != nil), ("vcpus", vcpus != nil), ("backing", backing != nil),
      ("pool", pool), ("eager", eager), ("monitor", monitor != nil),
      ("working-set", !workingSet.isEmpty), ("returns", returns != nil),
      ("reserved", reserved != nil), ("ratio", ratio != nil), ("swap", swap != nil),
      ("risk", risk != nil), ("processors", processors != nil), ("nodes", nodes != nil),
      ("node", !node.isEmpty),
      ("parts", parts), ("rules", rules), ("settings", settings),
      ("print-scenario", printScenario), ("json", json != nil), ("csv", csv != nil),
      ("html", html != nil),
    ]
    return Set(options.filter(\.isGiven).map(\.name))
  }
}
