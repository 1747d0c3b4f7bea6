/// What a benchmark says: the time of one operation, beside that of its floor in the same run.
struct BenchmarkRow {
  let name: String
  let pages: Int
  let ns: Double
  let floorNs: Double

  var ratio: Double { ns / floorNs }

  /// The heads of the columns.
  static let heads = "\("name".padded(to: 34))    pages        ns   floorNs  ratio"

  /// The row as a line of the table.
  var line: String {
    name.padded(to: 34) + String(pages).padded(to: -9) + ns.fixed(2).padded(to: -10)
      + floorNs.fixed(2).padded(to: -10) + ratio.fixed(2).padded(to: -7)
  }
}

extension Double {
  /// The number with so many decimal places.
  func fixed(_ places: Int) -> String {
    var scale: Double = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = UInt64((self * scale).rounded())
    let fraction = String(scaled % UInt64(scale))
    let zeros = String(repeating: "0", count: places - fraction.count)
    return "\(scaled / UInt64(scale)).\(zeros)\(fraction)"
  }
}

extension String {
  /// The text filled up with spaces behind it, or before it where the width is negative.
  func padded(to width: Int) -> String {
    let spaces = String(repeating: " ", count: max(0, abs(width) - count))
    return width < 0 ? spaces + self : self + spaces
  }
}

extension Duration {
  /// The duration in nanoseconds.
  var nanoseconds: Double {
    Double(components.seconds) * 1e9 + Double(components.attoseconds) / 1e9
  }
}
