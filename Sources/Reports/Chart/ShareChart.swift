/// Sums and the parts that they are made of, as bars one below another.
package struct ShareChart: Chart, Sendable {
  /// A bar.
  package struct Bar: Sendable {
    /// What the sum is of.
    package let name: String
    /// The parts, in the order of the chart's names.
    package let parts: [Double]

    /// A bar.
    package init(_ name: String, _ parts: [Double]) {
      self.name = name
      self.parts = parts
    }
  }

  package let title: String
  package let summary: String
  let measure: Measure
  let names: [String]
  let bars: [Bar]

  /// A chart of bars that are made of the same kinds of parts.
  package init(
    _ title: String, summary: String, _ measure: Measure, parts names: [String], _ bars: [Bar]
  ) {
    precondition(bars.allSatisfy { $0.parts.count == names.count })
    self.title = title
    self.summary = summary
    self.measure = measure
    self.names = names
    self.bars = bars
  }

  package var legend: [LegendEntry] {
    names.enumerated().map { LegendEntry($1, style: "c\($0)") }
  }

  package var table: TextTable {
    var table = TextTable(["", "total"] + names)
    for bar in bars {
      table.add([bar.name, measure.text(bar.parts.reduce(0, +))] + bar.parts.map(measure.text))
    }
    return table
  }

  package func drawing(named name: String) -> String {
    let barHeight = 26.0
    let pitch = 52.0
    let height = Double(bars.count) * pitch + 40
    var drawing = Drawing(name, width: 720, height: height, title: title, description: summary)
    let frame = PlotFrame(left: 12, top: 4, width: 692, height: Double(bars.count) * pitch)
    let axis = Axis(measure, upTo: bars.map { $0.parts.reduce(0, +) }.max() ?? 0, steps: 6)
    for (number, bar) in bars.enumerated() {
      let top = frame.top + Double(number) * pitch
      let total = measure.text(bar.parts.reduce(0, +))
      drawing.text("\(bar.name): \(total)", at: (frame.left, top + 14), class: "label strong")
      var start = 0.0
      for (part, value) in bar.parts.enumerated() where value > 0 {
        let from = axis.place(start, in: frame.width)
        let to = axis.place(start + value, in: frame.width)
        drawing.rectangle(
          at: (frame.left + from, top + 20), width: to - from, height: barHeight,
          class: "area c\(part)", title: "\(names[part]): \(measure.text(value))")
        start += value
      }
    }
    let bottom = frame.top + frame.height + 6
    drawing.line(from: (frame.left, bottom), to: (frame.left + frame.width, bottom), class: "axis")
    for tick in axis.ticks {
      let place = frame.left + axis.place(tick, in: frame.width)
      let style =
        tick == 0 ? "label" : place > frame.left + frame.width - 24 ? "label end" : "label middle"
      drawing.text(measure.text(tick), at: (place, bottom + 18), class: style)
    }
    return drawing.element
  }
}
