/// An address on the command line, in hexadecimal or decimal.
package struct AddressArgument: ArgumentValue, Hashable {
  package let value: UInt64

  package init(argument: String) throws(ArgumentValueError) {
    guard let value = Self.parse(argument) else {
      throw ArgumentValueError("it must be an address, such as 0x80000000")
    }
    self.value = value
  }

  /// The number that digits write, of which those after `0x` are hexadecimal.
  package static func parse(_ text: some StringProtocol) -> UInt64? {
    let isHex = text.hasPrefix("0x") || text.hasPrefix("0X")
    let digits = isHex ? String(text.dropFirst(2)) : String(text)
    guard digits.first?.isHexDigit == true else { return nil }
    return UInt64(digits, radix: isHex ? 16 : 10)
  }

  package var argument: String { "0x" + String(value, radix: 16) }
}
