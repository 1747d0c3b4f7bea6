import Costs

/// Costs as text.
enum CostText {
  private static let units: [(name: String, femtoseconds: UInt128)] = [
    ("s", 1_000_000_000_000_000), ("ms", 1_000_000_000_000), ("µs", 1_000_000_000),
    ("ns", 1_000_000), ("ps", 1000), ("fs", 1),
  ]

  /// A time of so many femtoseconds with three digits that count, rounded exactly.
  static func time(_ femtoseconds: UInt128) -> String {
    guard femtoseconds > 0 else { return "0" }
    for (place, unit) in units.enumerated()
    where femtoseconds >= unit.femtoseconds - unit.femtoseconds / 2000 {
      let whole = femtoseconds / unit.femtoseconds
      let decimals = whole >= 100 ? 0 : whole >= 10 ? 1 : 2
      guard place < units.count - 1 else { return "\(whole) fs" }
      return decimal(femtoseconds, over: unit.femtoseconds, decimals) + " \(unit.name)"
    }
    return "0"
  }

  static func time(_ femtoseconds: UInt64) -> String { time(UInt128(femtoseconds)) }

  /// A quotient with so many decimals at most, rounded exactly.
  static func decimal(_ dividend: UInt128, over divisor: UInt128, _ decimals: Int) -> String {
    let scale: UInt128 = decimals == 0 ? 1 : decimals == 1 ? 10 : 100
    let (whole, rest) = dividend.quotientAndRemainder(dividingBy: divisor)
    // The rest is less than the divisor, a unit of time or a total, so the product has room.
    let parts = (rest * scale + divisor / 2) / divisor
    let carried = whole + parts / scale
    guard decimals > 0 else { return "\(carried)" }
    var fraction = "\(parts % scale)"
    fraction = String(repeating: "0", count: decimals - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? "\(carried)" : "\(carried).\(fraction)"
  }

  /// A count with its digits in groups of three.
  static func count(_ number: UInt64) -> String {
    var text = ""
    for (place, digit) in String(number).reversed().enumerated() {
      if place > 0, place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// What a share of a total is, in percent.
  static func percent(_ part: UInt128, of total: UInt128) -> String {
    guard total > 0 else { return "0 %" }
    // A total above 2^100 fs is beyond the age of the universe; both lose the same digits there.
    let shift = max(0, 100 - total.leadingZeroBitCount)
    return decimal((part >> UInt128(shift)) * 100, over: max(1, total >> UInt128(shift)), 1) + " %"
  }
}
