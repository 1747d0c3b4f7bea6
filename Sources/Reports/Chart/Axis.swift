/// One direction of a chart: where values lie, and which of them are written beside it.
struct Axis {
  let measure: Measure
  /// The greatest value that has a place; the least is 0.
  let most: Double
  /// The values that are written.
  let ticks: [Double]

  /// An axis from 0 to a round value that is not below `most`, in about so many steps.
  init(_ measure: Measure, upTo most: Double, steps: Int) {
    self.measure = measure
    let top = most > 0 ? most : 1
    let step = measure.roundStep(above: top / Double(steps))
    let count = Int((top / step - 1e-9).rounded(.up))
    let last = measure == .share && top <= 1 ? min(step * Double(count), 1) : step * Double(count)
    self.most = last
    ticks = (0...count).map { step * Double($0) }.filter { $0 <= last * (1 + 1e-9) }
  }

  /// Where a value lies between 0 and `length`.
  func place(_ value: Double, in length: Double) -> Double {
    min(max(value / most, 0), 1) * length
  }
}
