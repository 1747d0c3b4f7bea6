/// A number of 0 or more as it was written, `digits × 10^exponent`, without a rounding.
public struct ExactDecimal: Sendable, Hashable {
  /// The digits, without the point.
  public let digits: UInt64
  /// The power of ten that they are multiplied by.
  public let exponent: Int

  /// The number that a text begins with, and how many bytes of the text it takes.
  ///
  /// The grammar is JSON's without the sign: no leading zero, digits on both sides of a point, an
  /// exponent only where digits follow, so that the `E` of a unit is none.
  static func prefix(
    of text: Substring.UTF8View
  ) throws(QuantityError) -> (number: Self, length: Int) {
    let bytes = Array(text)
    var next = 0
    var digits: UInt64 = 0
    var exponent = 0
    func isDigit(_ index: Int) -> Bool { index < bytes.count && 0x30...0x39 ~= bytes[index] }
    func push(_ byte: UInt8) throws(QuantityError) {
      let tens = digits.multipliedReportingOverflow(by: 10)
      let sum = tens.partialValue.addingReportingOverflow(UInt64(byte - 0x30))
      guard !tens.overflow, !sum.overflow else { throw .tooManyDigits }
      digits = sum.partialValue
    }
    guard isDigit(0) else { throw bytes.first == UInt8(ascii: "-") ? .negative : .noNumber }
    if bytes[0] == UInt8(ascii: "0"), isDigit(1) { throw .leadingZero }
    while isDigit(next) {
      try push(bytes[next])
      next += 1
    }
    if next < bytes.count, bytes[next] == UInt8(ascii: "."), isDigit(next + 1) {
      next += 1
      // Zeros at the end of the decimals say nothing, and would only fill the digits.
      var zeros = 0
      while isDigit(next) {
        if bytes[next] == UInt8(ascii: "0") {
          zeros += 1
        } else {
          for _ in 0..<zeros { try push(UInt8(ascii: "0")) }
          try push(bytes[next])
          exponent -= zeros + 1
          zeros = 0
        }
        next += 1
      }
    }
    if next < bytes.count, bytes[next] | 0x20 == UInt8(ascii: "e") {
      var power = next + 1
      let isNegative = power < bytes.count && bytes[power] == UInt8(ascii: "-")
      if isNegative || (power < bytes.count && bytes[power] == UInt8(ascii: "+")) { power += 1 }
      if isDigit(power) {
        var value = 0
        while isDigit(power) {
          // What is beyond every range stays there.
          value = min(value * 10 + Int(bytes[power] - 0x30), 10_000)
          power += 1
        }
        exponent += isNegative ? -value : value
        next = power
      }
    }
    return (Self(digits: digits, exponent: exponent), next)
  }

  private init(digits: UInt64, exponent: Int) {
    self.digits = digits
    self.exponent = exponent
  }

  /// The number that a whole text writes.
  public init(parsing text: some StringProtocol) throws(QuantityError) {
    let utf8 = Substring(text).utf8
    let (number, length) = try Self.prefix(of: utf8)
    guard length == utf8.count else { throw .noNumber }
    self = number
  }

  /// The number times a factor, as the nearest multiple of a step; nothing where that is 0, or too large.
  func rounded(times factor: UInt64, toMultipleOf step: UInt64) -> UInt64? {
    var divisor = UInt128(max(step, 1))
    for _ in 0..<max(0, -exponent) {
      let (next, isOver) = divisor.multipliedReportingOverflow(by: 10)
      guard !isOver else { return nil }
      divisor = next
    }
    let (product, isOver) = UInt128(digits).multipliedReportingOverflow(by: UInt128(factor))
    guard !isOver, exponent <= 0 else { return nil }
    let (quotient, rest) = product.quotientAndRemainder(dividingBy: divisor)
    let steps = quotient + (rest >= divisor - rest ? 1 : 0)
    guard steps > 0, let result = UInt64(exactly: steps * UInt128(max(step, 1))) else { return nil }
    return result
  }

  /// The number times a factor, where that is a whole number below 2^64.
  public func multiplied(by factor: UInt64) throws(QuantityError) -> UInt64 {
    guard digits != 0, factor != 0 else { return 0 }
    var product = UInt128(digits) * UInt128(factor)
    var power = exponent
    while power < 0 {
      guard product.isMultiple(of: 10) else { throw .tooFine }
      product /= 10
      power += 1
    }
    while power > 0, product <= UInt128(UInt64.max) {
      product *= 10
      power -= 1
    }
    guard let result = UInt64(exactly: product) else { throw .tooLarge }
    return result
  }
}
