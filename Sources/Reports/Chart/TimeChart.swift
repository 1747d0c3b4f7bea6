/// Values over time, each series on top of the one before, or each as a line of its own.
package struct TimeChart: Chart, Sendable {
  /// One of several things that change over time.
  package struct Series: Sendable {
    /// What it is called.
    package let name: String
    /// Its value in each bin, or at its end where it is a state.
    package let values: [Double]

    /// A series.
    package init(_ name: String, _ values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// How the series share the picture.
  package enum Arrangement: Sendable, Hashable {
    /// Their areas lie upon each other, and the upper edge is the sum.
    case stacked
    /// Each is a line.
    case lines
  }

  package let title: String
  package let summary: String
  let measure: Measure
  let arrangement: Arrangement
  /// The length of a bin in nanoseconds.
  let bin: Double
  let series: [Series]

  /// A chart of series with a value for each bin of time.
  package init(
    _ title: String, summary: String, _ measure: Measure, _ arrangement: Arrangement,
    binNanoseconds: Double, _ series: [Series]
  ) {
    precondition(series.allSatisfy { $0.values.count == series[0].values.count })
    self.title = title
    self.summary = summary
    self.measure = measure
    self.arrangement = arrangement
    bin = binNanoseconds
    self.series = series
  }

  package var legend: [LegendEntry] {
    series.count < 2
      ? [] : series.enumerated().map { LegendEntry($1.name, style: "c\($0)") }
  }

  private var bins: Int { series.first?.values.count ?? 0 }

  package var table: TextTable {
    var table = TextTable(["from"] + series.map(\.name))
    // A table is read row by row: some thirty rows say what a picture of a thousand bins does.
    let step = max(1, (bins + 29) / 30)
    for start in stride(from: 0, to: bins, by: step) {
      let end = min(start + step, bins)
      table.add(
        [Measure.time.text(Double(start) * bin)]
          + series.map { series in
            let mean = series.values[start..<end].reduce(0, +) / Double(end - start)
            return measure.text(mean)
          })
    }
    return table
  }

  package func drawing(named name: String) -> String {
    var drawing = Drawing(name, width: 720, height: 262, title: title, description: summary)
    let frame = PlotFrame(left: 72, top: 12, width: 632, height: 220)
    var tops = Array(repeating: 0.0, count: bins)
    for series in series {
      for number in 0..<bins {
        let value = series.values[number]
        tops[number] = arrangement == .stacked ? tops[number] + value : max(tops[number], value)
      }
    }
    let x = Axis(.time, upTo: Double(bins) * bin, steps: 6)
    let y = Axis(measure, upTo: tops.max() ?? 0, steps: 4)
    frame.draw(x, y, in: &drawing)
    var floor = Array(repeating: 0.0, count: bins)
    for (number, series) in series.enumerated() {
      let base = arrangement == .stacked ? floor : Array(repeating: 0, count: bins)
      let top = zip(base, series.values).map(+)
      var upper: [(Double, Double)] = []
      var lower: [(Double, Double)] = []
      for bin in 0..<bins {
        for edge in [bin, bin + 1] {
          upper.append(frame.point(Double(edge) * self.bin, top[bin], x, y))
          lower.append(frame.point(Double(edge) * self.bin, base[bin], x, y))
        }
      }
      switch arrangement {
      case .stacked:
        drawing.path(
          upper + lower.reversed(), closed: true, class: "area c\(number)", title: series.name)
      case .lines:
        drawing.path(upper, closed: false, class: "line c\(number)", title: series.name)
      }
      floor = top
    }
    return drawing.element
  }
}
