/// Why a text is no quantity.
public enum QuantityError: Error, Sendable, Hashable {
  /// The text is not a number, or not a number and a unit.
  case noNumber
  /// The number has more digits than 64 bits hold.
  case tooManyDigits
  /// The number is below 0.
  case negative
  /// The number starts with a zero that has digits behind it.
  case leadingZero
  /// A number without a unit stands where only a unit gives it a meaning.
  case noUnit
  /// The unit is not one of the quantity's; another spelling of it may be.
  case unknownUnit(String, guess: String?)
  /// The unit is read in two ways, and this is what to write instead.
  case ambiguousUnit(String, instead: String)
  /// The quantity is no whole number of the smallest unit.
  case tooFine
  /// The quantity is too large to be held.
  case tooLarge

  /// What a quantity of this kind must be, as the end of a sentence: “it must be …”.
  public func rule(for kind: QuantityKind) -> String {
    switch self {
    case .noNumber: "it must be \(kind.noun) such as \(kind.examples)"
    case .tooManyDigits: "it must be \(kind.noun) of at most 19 digits"
    case .negative: "it must be \(kind.noun) of 0 or more"
    case .leadingZero: "it must be \(kind.noun) without a zero in front, which some take for octal"
    case .noUnit: "it must have a unit, such as \(kind.examples)"
    case .unknownUnit(let unit, let guess?):
      "“\(unit)” is no unit; is “\(guess)” meant?"
    case .unknownUnit(let unit, nil):
      "“\(unit)” is no unit; it must be \(kind.noun) such as \(kind.examples)"
    case .ambiguousUnit(let unit, let instead):
      "“\(unit)” means one thing to some and another to others; it must be \(instead)"
    case .tooFine: "it must be a whole number of \(kind.smallest)"
    case .tooLarge: "it must be at most \(kind.largest)"
    }
  }
}
