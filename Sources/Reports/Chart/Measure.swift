/// What the numbers of an axis are, and so how they are rounded and written.
package enum Measure: Sendable, Hashable {
  /// Nanoseconds.
  case time
  /// Bytes.
  case bytes
  /// How many.
  case count
  /// How many in a second.
  case rate
  /// Parts of one.
  case share

  /// The smallest step that a reader counts in and that is not below `step`.
  package func roundStep(above step: Double) -> Double {
    switch self {
    case .bytes:
      var round = 1.0
      while round < step { round *= 2 }
      return round
    case .time, .count, .rate, .share:
      var magnitude = 1.0
      while magnitude * 10 <= step { magnitude *= 10 }
      while magnitude > step { magnitude /= 10 }
      for factor in [1.0, 2, 5, 10] where magnitude * factor >= step { return magnitude * factor }
      return magnitude * 10
    }
  }

  /// A number with the unit that suits it.
  package func text(_ value: Double) -> String {
    switch self {
    case .time: Self.text(value, [(1e9, " s"), (1e6, " ms"), (1e3, " µs"), (1, " ns")])
    case .bytes:
      Self.text(
        value,
        [
          (1_099_511_627_776, " TiB"), (1_073_741_824, " GiB"), (1_048_576, " MiB"), (1024, " KiB"),
          (1, " B"),
        ])
    case .count: Self.text(value, [(1e9, " G"), (1e6, " M"), (1e3, " k"), (1, "")])
    case .rate: Self.text(value, [(1e9, " G/s"), (1e6, " M/s"), (1e3, " k/s"), (1, "/s")])
    case .share: Self.rounded(value * 100) + " %"
    }
  }

  private static func text(_ value: Double, _ units: [(size: Double, name: String)]) -> String {
    guard value != 0 else { return "0" }
    let unit = units.first { value.magnitude >= $0.size } ?? units[units.count - 1]
    return rounded(value / unit.size) + unit.name
  }

  /// A number with about three digits that count.
  private static func rounded(_ value: Double) -> String {
    let decimals = value.magnitude >= 100 ? 0 : value.magnitude >= 10 ? 1 : 2
    return decimal(value, decimals)
  }

  /// A number with so many decimals at most.
  static func decimal(_ value: Double, _ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let units = (value * scale).rounded()
    guard units.magnitude < 9e15 else { return String(value) }
    let whole = Int(units)
    guard decimals > 0 else { return String(whole) }
    let divisor = Int(scale)
    var fraction = String(whole.magnitude % UInt(divisor))
    fraction = String(repeating: "0", count: decimals - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    let sign = whole < 0 ? "-" : ""
    let integer = String(whole.magnitude / UInt(divisor))
    return sign + integer + (fraction.isEmpty ? "" : "." + fraction)
  }
}
