/// The part of a drawing between its axes.
struct PlotFrame {
  let left: Double
  let top: Double
  let width: Double
  let height: Double

  /// Where a pair of values lies.
  func point(_ horizontal: Double, _ vertical: Double, _ x: Axis, _ y: Axis) -> (Double, Double) {
    (left + x.place(horizontal, in: width), top + height - y.place(vertical, in: height))
  }

  /// Draws the axes with the values beside them.
  func draw(_ x: Axis, _ y: Axis, in drawing: inout Drawing) {
    for tick in y.ticks {
      let height = top + height - y.place(tick, in: height)
      drawing.line(from: (left, height), to: (left + width, height), class: "grid")
      drawing.text(y.measure.text(tick), at: (left - 8, height + 4), class: "label end")
    }
    for tick in x.ticks {
      let place = left + x.place(tick, in: width)
      drawing.line(from: (place, top + height), to: (place, top + height + 5), class: "axis")
      let style = place > left + width - 24 ? "label end" : "label middle"
      drawing.text(
        x.measure.text(tick), at: (min(place, left + width), top + height + 20), class: style)
    }
    drawing.line(from: (left, top + height), to: (left + width, top + height), class: "axis")
  }
}
