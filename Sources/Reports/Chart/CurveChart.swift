/// How one thing depends on another, as a line.
package struct CurveChart: Chart, Sendable {
  package let title: String
  package let summary: String
  let horizontal: Measure
  let vertical: Measure
  let headings: [String]
  let points: [(x: Double, y: Double)]
  /// A value of the vertical axis that must not be exceeded, if there is one.
  let target: Double?

  /// A chart of points in ascending order; the headings are those of its table.
  package init(
    _ title: String, summary: String, _ horizontal: Measure, _ vertical: Measure,
    headings: [String], _ points: [(x: Double, y: Double)], target: Double? = nil
  ) {
    self.title = title
    self.summary = summary
    self.horizontal = horizontal
    self.vertical = vertical
    self.headings = headings
    self.points = points
    self.target = target
  }

  package var legend: [LegendEntry] { [] }

  package var table: TextTable {
    var table = TextTable(headings)
    // A table is read row by row: some thirty rows say what a line of a thousand points does.
    let step = max(1, (points.count + 29) / 30)
    for number in stride(from: 0, to: points.count, by: step) {
      table.add([horizontal.text(points[number].x), vertical.text(points[number].y)])
    }
    return table
  }

  package func drawing(named name: String) -> String {
    var drawing = Drawing(name, width: 720, height: 262, title: title, description: summary)
    let frame = PlotFrame(left: 72, top: 12, width: 632, height: 220)
    let x = Axis(horizontal, upTo: points.last?.x ?? 0, steps: 6)
    let y = Axis(vertical, upTo: max(points.map(\.y).max() ?? 0, target ?? 0), steps: 4)
    frame.draw(x, y, in: &drawing)
    drawing.path(
      points.map { frame.point($0.x, $0.y, x, y) }, closed: false, class: "line c0", title: title)
    if let target {
      drawing.line(
        from: frame.point(0, target, x, y), to: frame.point(x.most, target, x, y), class: "target")
      drawing.text(
        "at most \(vertical.text(target))",
        at: (frame.left + 8, frame.point(0, target, x, y).1 - 6), class: "label")
    }
    return drawing.element
  }
}
