internal import Console
internal import HostMemory
internal import Studies

/// A pressure study's outcome as text for a terminal, the diagnosis first.
package enum PressureText {
  /// The text.
  package static func text(_ report: PressureReport) -> String {
    let diagnosis = report.diagnosis
    var lines = TextLayout.wrap(
      "\(report.title): \(diagnosis.condition.rawValue). \(diagnosis.cause)",
      width: TextLayout.width)
    lines.append("")
    for finding in diagnosis.findings { lines += bullet(finding) }
    lines.append("")
    lines.append(
      TextLayout.column(columns[0], 12)
        + columns.dropFirst().map { TextLayout.right($0, 11) }.joined())
    for service in report.outcome.services {
      let cells = row(service)
      lines.append(
        TextLayout.column(cells[0], 12)
          + cells.dropFirst().map { TextLayout.right($0, 11) }.joined())
    }
    if !diagnosis.remedies.isEmpty {
      lines += ["", "what could be done"]
      for remedy in diagnosis.remedies { lines += bullet(remedy) }
    }
    if report.outcome.scale > 1 {
      lines += [""]
      lines += TextLayout.wrap(
        "One page of the model stands for \(report.outcome.scale): counts are multiplied.",
        width: TextLayout.width)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static let columns = ["service", "requests", "p50", "p99", "work", "lost", "major"]

  static func row(_ service: PressureOutcome.OfService) -> [String] {
    func time(_ nanoseconds: UInt64?) -> String {
      nanoseconds.map(PressureDiagnosis.time) ?? "-"
    }
    return [
      service.name, "\(service.requests)", time(service.latency(percentile: 50)),
      time(service.latency(percentile: 99)), time(service.requestWork),
      service.workerTime.total == 0 ? "-" : PressureDiagnosis.percent(service.workerTime.lost),
      "\(service.counters.majorFaults)",
    ]
  }

  private static func bullet(_ sentence: String) -> [String] {
    TextLayout.wrap(sentence, width: TextLayout.width - 2).enumerated().map {
      ($0.offset == 0 ? "- " : "  ") + $0.element
    }
  }
}
