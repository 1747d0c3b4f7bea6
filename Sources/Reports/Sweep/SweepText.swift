internal import Console
internal import Simulation
internal import Studies

/// A sweep as text, the answer first: a line for each combination.
package enum SweepText {
  private static let headings = ["p50 ready", "all ready", "memory", "set-up"]
  private static let figure = 10

  /// The text.
  package static func text(_ report: SweepReport) -> String {
    let fields = report.fields.enumerated().map { place, field in
      (report.rows.map { $0.values[place] } + [heading(field)]).map(\.count).max() ?? 0
    }
    var lines = TextLayout.wrap("\(report.title): \(report.answer)", width: TextLayout.width)
    lines.append("")
    lines.append(
      zip(report.fields, fields).map { TextLayout.column(heading($0), $1 + 2) }.joined()
        + headings.map { TextLayout.right($0, figure) }.joined()
        + (report.hasTarget ? "  target" : ""))
    for row in report.rows {
      let values = zip(row.values, fields).map { TextLayout.column($0, $1 + 2) }.joined()
      switch row.figures {
      case .success(let figures):
        let cells = [
          SweepReport.time(figures.half), SweepReport.time(figures.allReady),
          StormReport.bytes(figures.usedBytes), SweepReport.time(figures.setUp),
        ]
        let verdict = report.hasTarget ? (row.isMet ? "  met" : "  missed") : ""
        lines.append(values + cells.map { TextLayout.right($0, figure) }.joined() + verdict)
      case .failure(let error): lines.append(values + " " + SweepReport.reason(error))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The last part of a field's path: `batch` of `policy.batch`.
  private static func heading(_ field: String) -> String {
    field.split(separator: ".").last.map(String.init) ?? field
  }
}
