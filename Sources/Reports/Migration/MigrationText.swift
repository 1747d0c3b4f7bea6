internal import Console
internal import Studies

/// A migration's outcome as text for a terminal, the answer first.
package enum MigrationText {
  /// The most rounds that are shown one by one; the middle ones are left out.
  private static let mostRounds = 16

  /// The text.
  package static func text(_ report: MigrationReport) -> String {
    var lines = TextLayout.wrap("\(report.title): \(report.answer)", width: TextLayout.width)
    lines.append("")
    if report.fleet.machines.count > 1 { lines += fleet(report) + [""] }
    lines += rows(report.table)
    lines.append("")
    for finding in report.findings { lines += TextLayout.wrap(finding, width: TextLayout.width) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What became of several machines.
  private static func fleet(_ report: MigrationReport) -> [String] {
    let machines = report.fleet.machines
    func line(_ name: String, _ values: [Int64]) -> String {
      let sorted = values.sorted()
      return TextLayout.column(name, 20)
        + [sorted[0], sorted[(sorted.count - 1) / 2], sorted[sorted.count - 1]]
        .map { TextLayout.right(MigrationReport.time($0), 12) }.joined()
    }
    var lines = [
      TextLayout.column("of each machine", 20)
        + ["least", "half", "most"].map { TextLayout.right($0, 12) }.joined(),
      line("time", machines.map(\.total)),
    ]
    let downtimes = machines.compactMap(\.downtime)
    if !downtimes.isEmpty { lines.append(line("downtime", downtimes)) }
    lines.append("")
    lines.append("the rounds of machine \(report.told + 1)")
    return lines
  }

  private static let widths = [8, 9, 9, 8, 10, 9, 9, 11, 7]

  private static func rows(_ table: TextTable) -> [String] {
    func line(_ cells: [String]) -> String {
      zip(cells, widths).enumerated().map { number, cell in
        number == 0
          ? TextLayout.column(cell.0, cell.1) : TextLayout.right(cell.0, cell.1)
      }.joined()
    }
    let rows = table.rows
    let all = [line(table.headings)] + rows.map { line($0) }
    guard rows.count > mostRounds else { return all }
    let half = mostRounds / 2
    return Array(all[0...half])
      + ["… \(rows.count - mostRounds) more"] + Array(all[(all.count - half)...])
  }
}
