/// Why a ledger can't be priced.
public enum PricingError: Error, Sendable, Hashable {
  /// The ledger uses components that the profile has no price for.
  case noPrice(profile: String, components: [Component])
}

extension PricingError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .noPrice(let profile, let components):
      let names = components.map { "“\($0.name)”" }
      let list =
        names.count > 1
        ? "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1])"
        : names.joined()
      return "The profile “\(profile)” has no price for \(list), which the run has used."
    }
  }
}
