/// How likely it is that guests together use more than there is.
///
/// What independent machines of a kind use is the sum of powers of two of them, each worked out once from
/// the one before, so that a hundred thousand machines take no more than some dozen sums. For the part of
/// the time in which all are at the same part of their own distributions the sum is that of the parts.
struct PressureModel {
  private static let parts = 20
  private let capacity: UInt64
  private let correlation: Double
  /// For each kind, how 1, 2, 4 … machines are distributed, as far as that was asked for.
  private var powers: [[SumDistribution]]
  /// What a machine of each kind uses at each part of its distribution.
  private let together: [[UInt64]]

  /// Kinds of machines that each use some values equally often.
  init(_ kinds: [[UInt64]], capacity: UInt64, correlation: Double) {
    self.capacity = max(capacity, 1)
    self.correlation = correlation
    powers = kinds.map { [SumDistribution($0)] }
    together = kinds.map { values in
      let sorted = values.sorted()
      return (0..<Self.parts).map { part in
        sorted[min((2 * part + 1) * sorted.count / (2 * Self.parts), sorted.count - 1)]
      }
    }
  }

  /// How likely it is that so many machines of each kind use more than there is.
  mutating func risk(_ counts: [UInt64]) -> Double {
    risk(adding(counts, to: SumDistribution()), counts)
  }

  /// The same where the distribution of their sum is known.
  func risk(_ sum: SumDistribution, _ counts: [UInt64]) -> Double {
    let busy = (0..<Self.parts).count { part in
      zip(counts, together).reduce(0.0) { $0 + Double($1.0) * Double($1.1[part]) }
        > Double(capacity)
    }
    return (1 - correlation) * sum.beyond(Double(capacity))
      + correlation * Double(busy) / Double(Self.parts)
  }

  /// The distribution of a sum with so many machines of each kind more.
  mutating func adding(_ counts: [UInt64], to sum: SumDistribution) -> SumDistribution {
    var sum = sum
    for (kind, count) in counts.enumerated() {
      var rest = count
      var power = 0
      while rest > 0 {
        if power == powers[kind].count {
          let half = powers[kind][power - 1]
          powers[kind].append(half.adding(half))
        }
        if rest & 1 == 1 { sum = sum.adding(powers[kind][power]) }
        rest >>= 1
        power += 1
      }
    }
    return sum
  }
}
