/// Which part of some values is no greater than each value.
package struct DistributionChart: Chart, Sendable {
  package let title: String
  package let summary: String
  let measure: Measure
  /// The values in ascending order.
  let values: [Double]
  /// A value that must not be exceeded, if there is one.
  let target: Double?

  /// A chart of the distribution of values.
  package init(
    _ title: String, summary: String, _ measure: Measure, _ values: [Double], target: Double? = nil
  ) {
    self.title = title
    self.summary = summary
    self.measure = measure
    self.values = values.sorted()
    self.target = target
  }

  package var legend: [LegendEntry] { [] }

  private static let shares = [
    ("min", 0.0), ("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1),
  ]

  private func value(at share: Double) -> Double? {
    guard !values.isEmpty else { return nil }
    let rank = Int((share * Double(values.count)).rounded(.up))
    return values[min(max(rank - 1, 0), values.count - 1)]
  }

  package var table: TextTable {
    var table = TextTable(["part", "value"])
    for (name, share) in Self.shares {
      if let value = value(at: share) { table.add([name, measure.text(value)]) }
    }
    if let target { table.add(["target", measure.text(target)], marked: true) }
    return table
  }

  package func drawing(named name: String) -> String {
    var drawing = Drawing(name, width: 720, height: 262, title: title, description: summary)
    let frame = PlotFrame(left: 72, top: 12, width: 632, height: 220)
    let x = Axis(measure, upTo: max(values.last ?? 0, target ?? 0), steps: 6)
    let y = Axis(.share, upTo: 1, steps: 4)
    frame.draw(x, y, in: &drawing)
    var points = [frame.point(0, 0, x, y)]
    var number = 0
    while number < values.count {
      var last = number
      while last + 1 < values.count, values[last + 1] == values[number] { last += 1 }
      points.append(frame.point(values[number], Double(number) / Double(values.count), x, y))
      points.append(frame.point(values[number], Double(last + 1) / Double(values.count), x, y))
      number = last + 1
    }
    drawing.path(points, closed: false, class: "line c0", title: title)
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
      guard let value = value(at: share) else { continue }
      let place = frame.point(value, share, x, y)
      drawing.line(from: place, to: (place.0, frame.top + frame.height), class: "mark")
      let isNearEnd = place.0 > frame.left + frame.width - 110
      drawing.text(
        "\(name) \(measure.text(value))",
        at: (place.0 + (isNearEnd ? -6 : 6), place.1 + (share > 0.9 ? 18 : 4)),
        class: isNearEnd ? "label end" : "label")
    }
    if let target {
      let place = frame.point(target, 1, x, y)
      drawing.line(from: place, to: (place.0, frame.top + frame.height), class: "target")
      let isNearEnd = place.0 > frame.left + frame.width - 110
      drawing.text(
        "target \(measure.text(target))", at: (place.0 + (isNearEnd ? -6 : 6), frame.top + 60),
        class: isNearEnd ? "label end" : "label")
    }
    return drawing.element
  }
}
