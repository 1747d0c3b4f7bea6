/// How likely it is that guests together use more than there is, as machines are added one by one.
///
/// The sum of what independent machines use is worked out as a distribution over a grid of 4096 steps up
/// to the capacity: a value between two steps is split over both, so that means are exact. For the part
/// of the time in which all are at the same part of their own distributions the sum is that of the parts.
struct PressureModel {
  private static let steps = 4096
  private static let parts = 20
  private let capacity: UInt64
  private let correlation: Double
  /// The probability of each sum; what is beyond the capacity is in `beyond`.
  private var masses: [Double]
  private var beyond = 0.0
  /// The sum at each part of the distributions, where all are at the same.
  private var together: [UInt64]
  /// The greatest sum so far that has a probability.
  private var last = 0

  init(capacity: UInt64, correlation: Double) {
    self.capacity = max(capacity, 1)
    self.correlation = correlation
    masses = Array(repeating: 0, count: Self.steps + 1)
    masses[0] = 1
    together = Array(repeating: 0, count: Self.parts)
  }

  /// The probability that the machines use more than there is.
  var risk: Double {
    let count = together.count { $0 > capacity }
    return (1 - correlation) * beyond + correlation * Double(count) / Double(Self.parts)
  }

  /// Adds a machine that uses each of some values equally often.
  mutating func add(_ values: [UInt64]) {
    let sorted = values.sorted()
    for part in 0..<Self.parts {
      let place = (2 * part + 1) * sorted.count / (2 * Self.parts)
      together[part] += sorted[min(place, sorted.count - 1)]
    }
    var weights: [(step: Int, weight: Double)] = []
    let each = 1 / Double(sorted.count)
    for value in sorted {
      let place = Double(value) / Double(capacity) * Double(Self.steps)
      let step = min(Int(place), Self.steps + 1)
      let rest = min(place - Double(step), 1)
      weights.append((step, each * (1 - rest)))
      if rest > 0 { weights.append((step + 1, each * rest)) }
    }
    var next = Array(repeating: 0.0, count: masses.count)
    var lost = beyond
    for (step, weight) in weights {
      for sum in 0...last where masses[sum] > 0 {
        if sum + step <= Self.steps {
          next[sum + step] += masses[sum] * weight
        } else {
          lost += masses[sum] * weight
        }
      }
    }
    masses = next
    beyond = min(lost, 1)
    last = masses.lastIndex { $0 > 0 } ?? 0
  }
}
