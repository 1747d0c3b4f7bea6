internal import Quantities

/// What YAML 1.1 and other languages read as numbers, and what to write for it here.
enum PlainNumber {
  /// The text of a number, which stands without quotes.
  static func text(_ scalar: Node.Scalar, rule: String) throws(FormError) -> String {
    if !scalar.isPlain {
      let first = scalar.text.utf8.first ?? 0
      let isNumber = 0x30...0x39 ~= first || first == UInt8(ascii: "-")
      throw FormError(isNumber ? "\(rule), without quotes" : rule)
    }
    return scalar.text
  }

  /// The end of the sentence for a text that is no number, where `rule` says what it must be.
  static func rule(for error: QuantityError, _ rule: String) -> String {
    switch error {
    case .leadingZero: "\(rule), without a zero in front, which some take for octal"
    default: rule
    }
  }

  /// The end of the sentence for a text that is no quantity.
  static func rule(for error: QuantityError, in kind: QuantityKind, _ text: String) -> String {
    guard error == .noNumber else { return error.rule(for: kind) }
    let bytes = Array(text.utf8)
    let isSexagesimal =
      bytes.contains(UInt8(ascii: ":"))
      && bytes.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ":") }
    if isSexagesimal {
      return
        "\(error.rule(for: kind)); “:” between digits means minutes to some and sixties to others"
    }
    return error.rule(for: kind)
  }

  /// A bound as a sentence tells it.
  static func spoken(_ number: Double) -> String {
    number == number.rounded() && number.magnitude < 1e15 ? "\(Int(number))" : "\(number)"
  }
}
