/// How a sum of independent amounts is distributed: the probability of each step from a least value on.
///
/// A sum that takes more than 512 steps goes over to steps twice as wide: a value between two of them is
/// split over both, so that means stay exact, and each time the variance grows by no more than a quarter of
/// a step's square. Ends that are less likely than 1e-18 are cut off and counted with what is next to them.
struct SumDistribution: Sendable {
  private static let most = 512
  private static let cut = 1e-18

  /// The least value.
  private var least: Double
  /// How far it is from one value to the next.
  private var step: Double
  /// The probability of each value.
  private var masses: [Double]

  /// An amount that is always nothing.
  init() { (least, step, masses) = (0, 0, [1]) }

  /// An amount that is equally often each of some values, of which there is at least one.
  init(_ values: [UInt64]) {
    let low = values.min() ?? 0
    let width = Double((values.max() ?? 0) - low)
    least = Double(low)
    step = width / Double(Self.most)
    masses = Array(repeating: 0, count: width > 0 ? Self.most + 1 : 1)
    let each = 1 / Double(max(values.count, 1))
    for value in values {
      let place = step > 0 ? Double(value - low) / step : 0
      let index = min(Int(place), masses.count - 1)
      let rest = place - Double(index)
      masses[index] += each * (1 - rest)
      if rest > 0, index + 1 < masses.count { masses[index + 1] += each * rest }
    }
  }

  /// The probability of more than an amount.
  func beyond(_ amount: Double) -> Double {
    var sum = 0.0
    for (index, mass) in masses.enumerated().reversed() {
      guard least + Double(index) * step > amount else { break }
      sum += mass
    }
    return min(sum, 1)
  }

  /// The distribution of the sum with another amount that is independent of this one.
  func adding(_ other: SumDistribution) -> SumDistribution {
    var (one, two) = (self, other)
    one.meet(&two)
    // The one with fewer values that there are any of goes outside.
    if two.masses.count(where: { $0 > 0 }) < one.masses.count(where: { $0 > 0 }) {
      swap(&one, &two)
    }
    var sum = SumDistribution()
    sum.least = one.least + two.least
    sum.step = max(one.step, two.step)
    sum.masses = Array(repeating: 0, count: one.masses.count + two.masses.count - 1)
    for (place, mass) in one.masses.enumerated() where mass > 0 {
      for index in two.masses.indices {
        sum.masses[place + index] += mass * two.masses[index]
      }
    }
    sum.trim()
    while sum.masses.count > Self.most + 1 { sum.widen() }
    return sum
  }

  /// Takes both to steps of the same width.
  private mutating func meet(_ other: inout SumDistribution) {
    guard step > 0, other.step > 0, step != other.step else { return }
    if step < other.step { take(other.step) } else { other.take(step) }
  }

  /// Goes over to steps of a width that is greater.
  private mutating func take(_ width: Double) {
    let ratio = step / width
    var next = Array(repeating: 0.0, count: Int(Double(masses.count - 1) * ratio) + 2)
    for (index, mass) in masses.enumerated() where mass > 0 {
      let place = Double(index) * ratio
      let low = Int(place)
      let rest = place - Double(low)
      next[low] += mass * (1 - rest)
      if rest > 0 { next[low + 1] += mass * rest }
    }
    (step, masses) = (width, next)
    trim()
  }

  private mutating func widen() { take(step * 2) }

  /// Cuts off ends that are hardly ever reached.
  private mutating func trim() {
    var (first, last) = (0, masses.count - 1)
    var (below, above) = (0.0, 0.0)
    while first < last, below + masses[first] < Self.cut {
      below += masses[first]
      first += 1
    }
    while last > first, above + masses[last] < Self.cut {
      above += masses[last]
      last -= 1
    }
    masses = Array(masses[first...last])
    masses[0] += below
    masses[masses.count - 1] += above
    least += Double(first) * step
  }
}
