/// Logarithm and exponential from additions and multiplications alone.
///
/// A C library's differ in the last bit from machine to machine, and so would what a seed gives.
enum ElementaryFunctions {
  private static let ln2High = 0x1.62e42fee00000p-1
  private static let ln2Low = 0x1.a39ef35793c76p-33

  /// The natural logarithm of a positive finite number.
  static func logarithm(_ number: Double) -> Double {
    var exponent = number.exponent
    var mantissa = number.significand
    // From √½ to √2, around 1.
    if mantissa > 0x1.6a09e667f3bcdp0 {
      mantissa *= 0.5
      exponent += 1
    }
    let ratio = (mantissa - 1) / (mantissa + 1)
    let series = ratio * 2 * inverseTangentFactor(ratio * ratio)
    return Double(exponent) * ln2High + (series + Double(exponent) * ln2Low)
  }

  /// ln(1 + x) / x, which is 1 where x is 0.
  static func logarithmFactor(_ x: Double) -> Double {
    guard x.magnitude < 0.25 else { return logarithm(1 + x) / x }
    // ln(1 + x) = 2 artanh(x / (2 + x)).
    let ratio = x / (2 + x)
    return 2 / (2 + x) * inverseTangentFactor(ratio * ratio)
  }

  /// e to the power of a number between −700 and 700.
  static func exponential(_ number: Double) -> Double {
    let powers = (number * 0x1.71547652b82fep0).rounded()
    let rest = (number - powers * ln2High) - powers * ln2Low
    let power = 1 + rest * exponentialFactorNearZero(rest)
    return Double(sign: .plus, exponent: Int(powers), significand: power)
  }

  /// (eˣ − 1) / x, which is 1 where x is 0.
  static func exponentialFactor(_ x: Double) -> Double {
    x.magnitude < 0.35 ? exponentialFactorNearZero(x) : (exponential(x) - 1) / x
  }

  /// artanh(r) / r as a series of r², for r below 0.18.
  private static func inverseTangentFactor(_ square: Double) -> Double {
    var sum = 0.0
    var divisor = 23.0
    while divisor > 0 {
      sum = sum * square + 1 / divisor
      divisor -= 2
    }
    return sum
  }

  /// (eˣ − 1) / x as a series, for x below 0.36.
  private static func exponentialFactorNearZero(_ x: Double) -> Double {
    var sum = 1.0
    var divisor = 14.0
    while divisor > 1 {
      sum = 1 + sum * x / divisor
      divisor -= 1
    }
    return sum
  }
}
