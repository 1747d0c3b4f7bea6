internal import Console
internal import Costs
internal import Simulation
internal import Studies

/// A storm's outcome as text for a terminal of 80 columns and 24 lines, the answer first.
package enum StormText {
  /// The text.
  package static func text(_ report: StormReport) -> String {
    var lines = TextLayout.wrap("\(report.title): \(report.answer)", width: TextLayout.width)
    if let verdict = report.verdict { lines += TextLayout.wrap(verdict, width: TextLayout.width) }
    lines += [""] + ready(report) + [""] + shares(report) + [""] + faults(report)
    lines += memory(report)
    for case let sentence? in [report.pageCache, report.variation] {
      lines += TextLayout.wrap(sentence, width: TextLayout.width)
    }
    lines += races(report)
    lines += TextLayout.wrap(report.price, width: TextLayout.width)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func ready(_ report: StormReport) -> [String] {
    let times = report.ready
    let columns = [
      ("min", times.least), ("p50", times.percentile(50)), ("p95", times.percentile(95)),
      ("p99", times.percentile(99)), ("max", times.most),
    ]
    return [
      TextLayout.column("ready after its start", 24)
        + columns.map { TextLayout.right($0.0, 11) }.joined(),
      TextLayout.column("", 24)
        + columns.map { TextLayout.right(report.time($0.1), 11) }.joined(),
    ]
  }

  /// Where the time goes, in two columns.
  private static func shares(_ report: StormReport) -> [String] {
    let total = Double(report.outcome.shares.total.picoseconds)
    let cells = report.shares.map { part in
      let percent = Measure.share.text(Double(part.time.picoseconds) / max(total, 1))
      return TextLayout.column("  " + part.share.phrase, 26) + TextLayout.right(percent, 10)
    }
    let rows = (cells.count + 1) / 2
    return [
      "where the time goes (\(report.time(report.outcome.shares.total)) of all machines)"
    ]
      + (0..<rows).map { row in
        row + rows < cells.count ? "\(cells[row])    \(cells[row + rows])" : cells[row]
      }
  }

  private static func faults(_ report: StormReport) -> [String] {
    let ledger = report.outcome.ledger
    let kinds = FaultKind.allCases.reversed().filter { ledger.faults($0) > 0 }
      .map { kind in "\(kind) \(StormReport.grouped(ledger.faults(kind)))" }
    var sentence = "\(StormReport.grouped(report.faults)) faults"
    if !kinds.isEmpty { sentence += ": \(kinds.joined(separator: ", "))" }
    sentence += "; at most \(Measure.rate.text(report.mostFaults))."
    if report.deepestCascade > 0 {
      sentence += " A touch met at most \(TextLayout.count(report.deepestCascade, "cascade"))."
    }
    return TextLayout.wrap(sentence, width: TextLayout.width)
  }

  /// What races came to, and why no machine could be counted for others.
  private static func races(_ report: StormReport) -> [String] {
    let outcome = report.outcome
    var lines: [String] = []
    if let races = report.races { lines += TextLayout.wrap(races, width: TextLayout.width) }
    for limit in outcome.limits {
      lines += TextLayout.wrap(limit.description, width: TextLayout.width)
    }
    return lines
  }

  private static func memory(_ report: StormReport) -> [String] {
    let outcome = report.outcome
    let sentence =
      "\(StormReport.bytes(outcome.usedBytes)) of \(StormReport.bytes(report.storm.host.memoryBytes))"
      + " are used in the end, \(StormReport.bytes(report.stageTwoTables)) of them by the second"
      + " stage's tables."
    return TextLayout.wrap(sentence, width: TextLayout.width)
  }
}
