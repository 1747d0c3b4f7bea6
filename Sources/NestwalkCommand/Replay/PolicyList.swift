import Console
import HostMemory
import Records

/// Replacement policies on the command line: their names with commas between, or `all`.
struct PolicyList: ArgumentValue, Hashable {
  /// The policies in the order in which they were named, each once.
  let policies: [ReplacementPolicy]

  private static let everything = "all"

  init(_ policies: [ReplacementPolicy]) { self.policies = policies }

  init(argument: String) throws(ArgumentValueError) {
    guard argument != Self.everything else {
      policies = ReplacementPolicy.allCases
      return
    }
    var found: [ReplacementPolicy] = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let policy = ReplacementPolicy(rawValue: String(word)) else {
        var rule =
          "it must be “\(Self.everything)”, or of \(Spelling.list(Self.names, last: "and"))"
          + " with commas between"
        if let guess = Spelling.nearest(to: String(word), among: Self.names) {
          rule += "; is “\(guess)” meant?"
        }
        throw ArgumentValueError(rule)
      }
      if !found.contains(policy) { found.append(policy) }
    }
    policies = found
  }

  var argument: String {
    policies == ReplacementPolicy.allCases
      ? Self.everything : policies.map(\.rawValue).joined(separator: ",")
  }

  private static var names: [String] { ReplacementPolicy.allCases.map(\.rawValue) }

  static var choices: [String] { names + [everything] }
}
