/// An address on the command line, in hexadecimal or decimal.
struct AddressArgument: ArgumentValue, Hashable {
  let value: UInt64

  init(argument: String) throws(ArgumentValueError) {
    guard let value = Self.parse(argument) else {
      throw ArgumentValueError("it must be an address, such as 0x80000000")
    }
    self.value = value
  }

  /// The number that digits write, of which those after `0x` are hexadecimal.
  static func parse(_ text: some StringProtocol) -> UInt64? {
    let isHex = text.hasPrefix("0x") || text.hasPrefix("0X")
    let digits = isHex ? String(text.dropFirst(2)) : String(text)
    guard digits.first?.isHexDigit == true else { return nil }
    return UInt64(digits, radix: isHex ? 16 : 10)
  }

  var argument: String { "0x" + String(value, radix: 16) }
}
