internal import Console
internal import Studies

/// The outcome of a study of processes as text for a terminal, the diagnosis first.
package enum ProcessText {
  /// The text.
  package static func text(_ report: ProcessReport) -> String {
    let outcome = report.outcome
    let diagnosis = report.diagnosis
    var lines = PressureText.answer(
      report.title, diagnosis.condition.rawValue, diagnosis.cause, diagnosis.findings)
    lines += ["", line(columns)]
    lines += outcome.processes.map { line(row($0)) }
    for map in shownMaps(outcome) {
      lines += ["", map.moment + ", after " + PressureDiagnosis.time(map.at)]
      lines.append(line(mapColumns))
      lines += rows(map).map(line)
    }
    lines += growth(outcome)
    lines += PressureText.remedies(diagnosis.remedies)
    if outcome.scale > 1 {
      lines += [""]
      lines += TextLayout.wrap(
        "One page of the model stands for \(outcome.scale): counts are multiplied. Faults are priced by"
          + " \(outcome.profile).", width: TextLayout.width)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static let columns = ["process", "requests", "p50", "p99", "work", "lost", "copies", "major"]

  static func row(_ process: ProcessOutcome.OfProcess) -> [String] {
    func time(_ nanoseconds: UInt64?) -> String {
      nanoseconds.map(PressureDiagnosis.time) ?? "-"
    }
    return [
      process.count > 1 ? "\(process.name) ×\(process.count)" : process.name,
      process.isPassing ? "-" : PressureDiagnosis.count(process.requests),
      process.isPassing ? "-" : time(process.latency(percentile: 50)),
      process.isPassing ? "-" : time(process.latency(percentile: 99)),
      process.isPassing ? "-" : time(process.requestWork),
      process.work == 0 ? "-" : PressureDiagnosis.percent(process.lost),
      PressureDiagnosis.count(process.copies), PressureDiagnosis.count(process.majorFaults),
    ]
  }

  private static let mapColumns = ["process", "Rss", "Pss", "private", "shared"]

  /// The maps right after the fork and at its end: before and after.
  static func shownMaps(_ outcome: ProcessOutcome) -> [ProcessOutcome.Map] {
    let forked = outcome.maps.first { $0.moment == "after the fork" }
    let last = outcome.maps.last { $0.rows.count == forked?.rows.count }
    return [forked, last == forked ? nil : last].compactMap(\.self)
  }

  /// A map as a table.
  static func table(_ map: ProcessOutcome.Map) -> TextTable {
    var table = TextTable(mapColumns)
    for row in rows(map) { table.add(row) }
    return table
  }

  private static func rows(_ map: ProcessOutcome.Map) -> [[String]] {
    func cells(_ name: String, _ bytes: [UInt64]) -> [String] {
      [name] + bytes.map { $0 == 0 ? "-" : PressureDiagnosis.size($0) }
    }
    return map.rows.map { row in
      cells(
        row.name,
        [row.residentBytes, row.proportionalBytes, row.privateBytes, row.sharedBytes])
    } + [["together", "", PressureDiagnosis.size(map.usedBytes), "", ""]]
  }

  /// How the second stage grows with writes, in some rows.
  private static func growth(_ outcome: ProcessOutcome) -> [String] {
    let samples = outcome.samples
    guard let last = samples.last, last.copies > 0 else { return [] }
    var lines = ["", line(["time", "writes", "copied", "guest free", "stage 2", "swap"])]
    let step = max(samples.count / 10, 1)
    for number in stride(from: 0, to: samples.count, by: step) {
      let sample = samples[number]
      lines.append(
        line(
          [PressureDiagnosis.time(sample.at), PressureDiagnosis.count(sample.writes)]
            + [
              sample.copies * 4096, sample.guestFreeBytes, sample.stageTwoBytes, sample.swapBytes,
            ].map { $0 == 0 ? "-" : PressureDiagnosis.size($0) }))
    }
    return lines
  }

  private static func line(_ cells: [String]) -> String {
    let text =
      TextLayout.column(cells[0], 12)
      + cells.enumerated().dropFirst().map { place, cell in
        // Counts of seven digits, in groups, leave a space before them.
        TextLayout.right(cell, cells.count <= 7 ? 12 : place > 5 ? 10 : 9)
      }.joined()
    return String(text[...(text.lastIndex { $0 != " " } ?? text.startIndex)])
  }
}
