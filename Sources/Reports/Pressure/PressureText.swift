internal import Console
internal import HostMemory
internal import Studies

/// A pressure study's outcome as text for a terminal, the diagnosis first.
package enum PressureText {
  /// The text.
  package static func text(_ report: PressureReport) -> String {
    let diagnosis = report.diagnosis
    var lines = answer(
      report.title, diagnosis.condition.rawValue, diagnosis.cause, diagnosis.findings)
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
    lines += remedies(diagnosis.remedies)
    if report.outcome.scale > 1 {
      lines += [""]
      lines += TextLayout.wrap(
        "One page of the model stands for \(report.outcome.scale): counts are multiplied.",
        width: TextLayout.width)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A diagnosis without what it rests on.
  static func head(
    _ title: String, _ condition: String, _ cause: String, _ findings: [String],
    _ remedies: [String]
  ) -> String {
    let lines = answer(title, condition, cause, findings) + self.remedies(remedies)
    return lines.joined(separator: "\n") + "\n"
  }

  /// What is wrong and what the numbers say.
  static func answer(
    _ title: String, _ condition: String, _ cause: String, _ findings: [String]
  ) -> [String] {
    TextLayout.wrap("\(title): \(condition). \(cause)", width: TextLayout.width)
      + [""] + findings.flatMap(bullet)
  }

  /// What could be done.
  static func remedies(_ remedies: [String]) -> [String] {
    remedies.isEmpty ? [] : ["", "what could be done"] + remedies.flatMap(bullet)
  }

  static let columns = ["service", "requests", "p50", "p99", "work", "lost", "major"]

  static func row(_ service: PressureOutcome.OfService) -> [String] {
    func time(_ nanoseconds: UInt64?) -> String {
      nanoseconds.map(PressureDiagnosis.time) ?? "-"
    }
    return [
      service.name, PressureDiagnosis.count(service.requests),
      time(service.latency(percentile: 50)),
      time(service.latency(percentile: 99)), time(service.requestWork),
      service.workerTime.total == 0 ? "-" : PressureDiagnosis.percent(service.workerTime.lost),
      PressureDiagnosis.count(service.counters.majorFaults),
    ]
  }

  private static func bullet(_ sentence: String) -> [String] {
    TextLayout.wrap(sentence, width: TextLayout.width - 2).enumerated().map {
      ($0.offset == 0 ? "- " : "  ") + $0.element
    }
  }
}
