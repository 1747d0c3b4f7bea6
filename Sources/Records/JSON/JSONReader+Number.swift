extension JSONReader {
  /// Reads a number, whose sign or first digit is the next byte.
  mutating func scanNumber() throws(JSONError) -> JSONNumber {
    let start = offset
    let isNegative = bytes[offset] == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    let firstDigit = offset
    var magnitude: UInt64 = 0
    var isWide = false
    while let digit = digit() {
      let (product, high) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      magnitude = sum
      isWide = isWide || high || carry
      offset += 1
    }
    guard offset > firstDigit else { throw digitExpected() }
    if bytes[firstDigit] == UInt8(ascii: "0"), offset > firstDigit + 1 {
      throw JSONError(.leadingZero, at: firstDigit)
    }
    var isInteger = true
    if offset < end, bytes[offset] == UInt8(ascii: ".") {
      isInteger = false
      offset += 1
      try passDigits()
    }
    if offset < end, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      offset += 1
      if offset < end, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
        offset += 1
      }
      try passDigits()
    }
    return JSONNumber(
      range: start..<offset, isInteger: isInteger, isNegative: isNegative,
      magnitude: isInteger && !isWide ? magnitude : nil)
  }

  private mutating func passDigits() throws(JSONError) {
    guard digit() != nil else { throw digitExpected() }
    while digit() != nil { offset += 1 }
  }

  private func digitExpected() -> JSONError {
    offset < end
      ? JSONError(.found(bytes[offset], expected: "a digit"), at: offset)
      : JSONError(.ends(expected: "a digit"), at: offset)
  }

  /// The value of the next byte, if it is a digit.
  @inline(__always)
  private func digit() -> UInt64? {
    guard offset < end else { return nil }
    let value = bytes[offset] &- UInt8(ascii: "0")
    return value < 10 ? UInt64(value) : nil
  }
}
