internal import Console
internal import Simulation
internal import Studies

/// A storm's mitigations as text for a terminal of 80 columns, the answer first.
package enum MitigationText {
  private static let widths = (name: 35, figure: 11)

  /// The text.
  package static func text(_ report: MitigationReport) -> String {
    var lines = TextLayout.wrap(
      "\(report.storm.title): \(report.storm.answer)", width: TextLayout.width)
    if let verdict = report.storm.verdict {
      lines += TextLayout.wrap(verdict, width: TextLayout.width)
    }
    lines += TextLayout.wrap(report.answer, width: TextLayout.width)
    lines += ["", header(report)]
    for result in report.outcome.results { lines += row(result, report) }
    lines.append("")
    lines += TextLayout.wrap(MitigationReport.legend, width: TextLayout.width)
    if let note = report.note { lines += TextLayout.wrap(note, width: TextLayout.width) }
    lines += TextLayout.wrap(MitigationReport.missing, width: TextLayout.width)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func header(_ report: MitigationReport) -> String {
    var line = TextLayout.column("  policy", widths.name)
    for heading in ["\(report.storm.percentileName) ready", "all ready", "memory", "set-up"] {
      line += TextLayout.right(heading, widths.figure)
    }
    return line
  }

  /// The row of a mitigation, in two lines where its name takes the place of the figures.
  private static func row(_ result: MitigationResult, _ report: MitigationReport) -> [String] {
    var name = (result.isUnbeaten ? "* " : "  ") + MitigationReport.settings(result)
    let isMet = (try? result.figures.get())?.misses.isEmpty ?? false
    if report.hasTarget, isMet { name += " (met)" }
    let rest: String
    switch result.figures {
    case .success(let figures):
      rest = [
        report.storm.time(figures.ready), report.storm.time(figures.allReady),
        StormReport.bytes(figures.usedBytes), report.storm.time(figures.setUp),
      ].map { TextLayout.right($0, widths.figure) }.joined()
    case .failure(let error):
      let reason = report.reason(error)
      guard reason.count <= TextLayout.width - widths.name - 1 else {
        return [name] + TextLayout.wrap(reason, width: TextLayout.width - 4).map { "    " + $0 }
      }
      rest = " " + reason
    }
    guard name.count <= widths.name else {
      return [name, TextLayout.column("", widths.name) + rest]
    }
    return [TextLayout.column(name, widths.name) + rest]
  }
}
