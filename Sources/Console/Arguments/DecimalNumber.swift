/// A number with decimals, of 0 or more.
package struct DecimalNumber: ArgumentValue, Hashable {
  package let value: Double

  package init(_ value: Double) { self.value = value }

  package init(argument: String) throws(ArgumentValueError) {
    guard let first = argument.utf8.first, 0x30...0x39 ~= first, let value = Double(argument),
      value.isFinite, !argument.lowercased().hasPrefix("0x")
    else {
      throw ArgumentValueError("it must be a number such as 100 or 0.99")
    }
    self.value = value
  }

  package var argument: String {
    value == value.rounded() && value < 1e15 ? "\(Int(value))" : "\(value)"
  }
}

extension TextLayout {
  /// A number with so many decimals, rounded.
  package static func decimal(_ number: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard number.magnitude * scale < 1e15 else { return "\(number)" }
    let scaled = Int((number.magnitude * scale).rounded())
    let whole = scaled / Int(scale)
    let sign = number < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let rest = String(scaled % Int(scale))
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - rest.count) + rest
  }
}
