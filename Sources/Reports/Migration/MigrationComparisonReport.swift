internal import Console
internal import Costs
internal import HostMemory
internal import Hypervisor
internal import Records
package import Studies

/// What each way of tracking writes makes of a migration, side by side.
package struct MigrationComparisonReport: Sendable {
  /// What the migration is about, in a line.
  package let title: String
  /// The migration, whose own way of tracking is one of those compared or another.
  package let study: MigrationStudy
  /// What became of each choice, in their order.
  package let rows: [MigrationComparison.Row]

  /// The report of a comparison.
  package init(_ title: String, _ study: MigrationStudy, _ rows: [MigrationComparison.Row]) {
    self.title = title
    self.study = study
    self.rows = rows
  }

  /// The choices that move the machine before rounds are given up.
  private var moved: [MigrationComparison.Row] { rows.filter { $0.outcome.end != .gaveUp } }

  /// Whether no choice moves the machine.
  package var isMissed: Bool { moved.isEmpty }

  /// The answer in a few sentences.
  package var answer: String {
    guard let kept = moved.min(by: { $0.outcome.lost < $1.outcome.lost }),
      let down = moved.min(by: { ($0.outcome.downtime ?? 0) < ($1.outcome.downtime ?? 0) })
    else {
      return rows.count == 1
        ? "This way to track its writes does not let the machine move."
        : "None of \(rows.count) ways to track its writes lets the machine move."
    }
    let share = Measure.share.text(kept.outcome.lost)
    let downtime = MigrationReport.time(down.outcome.downtime ?? 0)
    guard rows.count > 1 else {
      return "This way to track its writes lets the machine move: \(Self.words(kept.choice)). Its"
        + " guest loses \(share) of its speed, and the downtime is \(downtime)."
    }
    let count = moved.count == rows.count ? "All" : "\(moved.count)"
    let lets = moved.count == 1 ? "lets" : "let"
    return "\(count) of \(rows.count) ways to track its writes \(lets) the machine move. Its guest"
      + " loses the least with \(Self.words(kept.choice)), \(share) of its speed; the downtime is"
      + " the shortest with \(Self.words(down.choice)), \(downtime)."
  }

  private static func words(_ choice: MigrationComparison.Choice) -> String {
    let split = choice.splitting.map { ", split \($0 == .eager ? "eagerly" : "lazily")" } ?? ""
    return "“\(MigrationReport.words(choice.mechanism))” on \(size(choice.backing)) pages\(split)"
  }

  private static func size(_ order: FrameOrder) -> String {
    switch order {
    case .small: "4K"
    case .large: "2M"
    case .huge: "1G"
    }
  }

  private static func split(_ splitting: LogSplitting?) -> String {
    switch splitting {
    case .eager: "eager"
    case .onFault, .breaking: "lazy"
    case nil: "-"
    }
  }

  // MARK: Forms

  private static let columns = [
    "tracking", "pages", "split", "end", "rounds", "time", "downtime", "lost", "faults", "sent",
  ]
  private static let widths = [9, 6, 6, 10, 7, 9, 9, 8, 8, 8]

  private func cells(_ row: MigrationComparison.Row) -> [String] {
    let outcome = row.outcome
    return [
      MigrationReport.words(row.choice.mechanism), Self.size(row.choice.backing),
      Self.split(row.choice.splitting), outcome.end.rawValue, "\(outcome.rounds.count)",
      MigrationReport.time(outcome.total), outcome.downtime.map(MigrationReport.time) ?? "-",
      Measure.share.text(outcome.lost), Measure.count.text(Double(outcome.ledger.exits)),
      Measure.bytes.text(Double(outcome.bytes)).replacing("iB", with: ""),
    ]
  }

  /// The comparison as text for a terminal, the answer first.
  package var text: String {
    func line(_ cells: [String]) -> String {
      zip(cells, Self.widths).enumerated().map { number, cell in
        number < 4
          ? TextLayout.column(cell.0, cell.1) : TextLayout.right(cell.0, cell.1)
      }.joined()
    }
    var lines = TextLayout.wrap("\(title): \(answer)", width: TextLayout.width)
    lines += ["", line(Self.columns)] + rows.map { line(cells($0)) } + [""]
    lines += TextLayout.wrap(
      "“lost” is the part of its speed that the guest lost until all pages were there, “faults” are"
        + " those that the tracking cost it, “sent” is in powers of 1024 bytes.",
      width: TextLayout.width)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The comparison as CSV, a line for each choice; times in nanoseconds.
  package var csv: String {
    var text =
      "mechanism,backing,split,end,rounds,total_ns,downtime_ns,lost,faults,log_full_exits,"
      + "ring_full_exits,bytes\n"
    for row in rows {
      let outcome = row.outcome
      let fields = [
        MigrationReport.words(row.choice.mechanism), Self.size(row.choice.backing),
        Self.split(row.choice.splitting), outcome.end.rawValue, "\(outcome.rounds.count)",
        "\(MigrationReport.nanoseconds(outcome.total))",
        outcome.downtime.map { "\(MigrationReport.nanoseconds($0))" } ?? "",
        Measure.decimal(outcome.lost, 6), "\(outcome.ledger.exits)",
        "\(outcome.dirty.logFullExits)", "\(outcome.dirty.ringFullExits)", "\(outcome.bytes)",
      ]
      text += fields.joined(separator: ",") + "\n"
    }
    return text
  }

  /// The comparison as JSON: times in whole nanoseconds, sizes in bytes.
  package var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginObject()
    writer.member("schema", "nestwalk.migration-comparison/1")
    writer.member("title", title)
    writer.member("answer", answer)
    writer.key("rows")
    writer.beginArray()
    for row in rows {
      writer.beginObject()
      writer.member("mechanism", MigrationReport.words(row.choice.mechanism))
      writer.member("backing", Self.size(row.choice.backing))
      if row.choice.splitting != nil {
        writer.member("split", Self.split(row.choice.splitting))
      }
      writer.members(of: row.outcome)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  /// The comparison as a page that stands alone.
  package func page(source: String) -> String {
    var page = HTMLPage(title: title, answer: answer)
    var table = TextTable(Self.columns)
    for row in rows { table.add(cells(row), marked: row.outcome.end == .gaveUp) }
    page.heading("Each way to track writes")
    page.table(table)
    page.paragraph(
      "The guest is watched for a while at its destination, too: what its first touches there cost is among"
        + " the faults below.")
    let parts: [(String, MigrationSeries.Quantity)] = [
      ("faults", .faults), ("made to sleep", .asleep), ("waiting for pages", .waiting),
      ("stopped", .stopped),
    ]
    let processors = Double(study.processors)
    page.chart(
      ShareChart(
        "What the guest loses", summary: "The time of each processor, on the average.", .time,
        parts: parts.map(\.0),
        rows.map { row in
          ShareChart.Bar(
            cells(row).prefix(3).filter { $0 != "-" }.joined(separator: " "),
            parts.map { part in
              Double(row.outcome.series.values(part.1).reduce(0, +)) / 1000 / processors
            })
        }))
    if !source.isEmpty {
      page.heading("The scenario")
      page.listing(source)
    }
    return page.text
  }
}
