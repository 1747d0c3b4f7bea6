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
  /// Which of the study's machines was played, from 0 on; nothing if all were.
  package let machine: Int?

  /// The report of a comparison.
  package init(
    _ title: String, _ study: MigrationStudy, _ rows: [MigrationComparison.Row],
    machine: Int? = 0
  ) {
    self.title = title
    self.study = study
    self.rows = rows
    self.machine = machine
  }

  /// The choices that move the machines before rounds are given up.
  private var moved: [MigrationComparison.Row] { rows.filter(\.isMoved) }

  /// Whose writes are tracked.
  private var owner: String { isFleet ? "their" : "its" }

  /// What is moved, in words.
  private var mover: String { isFleet ? "machines" : "machine" }

  /// Which of several machines was played.
  package var played: String? {
    guard study.machines > 1 else { return nil }
    guard let machine else {
      return "All \(study.machines) machines are played, \(study.atOnce) at once: “end” and"
        + " “rounds” are those of the slowest, “time” is that of all, “downtime” the longest, “lost”"
        + " the average, and “faults” and “sent” are sums."
    }
    let senders = min(study.atOnce, study.machines)
    let part =
      senders > 1
      ? "with the \(Self.bits(study.ownLink.usableBitsPerSecond)) of the link that it has while"
        + " \(senders) send"
      : "with the whole link"
    return "Played is machine \(machine + 1) of \(study.machines), by itself, \(part);"
      + " --machine N plays another one, and --machine all all of them."
  }

  /// A link's part, in what links are given in.
  private static func bits(_ perSecond: UInt64) -> String {
    let bits = Double(perSecond)
    return bits >= 1e9
      ? "\(Measure.decimal(bits / 1e9, 2)) Gbit/s" : "\(Measure.decimal(bits / 1e6, 2)) Mbit/s"
  }

  /// Whether more than one machine was played.
  private var isFleet: Bool { machine == nil && study.machines > 1 }

  /// Whether no choice moves the machine.
  package var isMissed: Bool { moved.isEmpty }

  /// The answer in a few sentences.
  package var answer: String {
    guard let kept = moved.min(by: { $0.lost < $1.lost }),
      let down = moved.min(by: { ($0.downtime ?? 0) < ($1.downtime ?? 0) })
    else {
      return rows.count == 1
        ? "This way to track \(owner) writes does not let the \(mover) move."
        : "None of \(rows.count) ways to track \(owner) writes lets the \(mover) move."
    }
    let share = Measure.share.text(kept.lost)
    let downtime = MigrationReport.time(down.downtime ?? 0)
    guard rows.count > 1 else {
      let lost =
        isFleet
        ? "Their guests lose \(share) of their speed, and the longest downtime is"
        : "Its guest loses \(share) of its speed, and the downtime is"
      return "This way to track \(owner) writes lets the \(mover) move:"
        + " \(Self.words(kept.choice)). \(lost) \(downtime)."
    }
    let count = moved.count == rows.count ? "All" : "\(moved.count)"
    let lets = moved.count == 1 ? "lets" : "let"
    let lose = isFleet ? "Their guests lose" : "Its guest loses"
    let longest = isFleet ? "the longest downtime" : "the downtime"
    return "\(count) of \(rows.count) ways to track \(owner) writes \(lets) the \(mover) move."
      + " \(lose) the least with \(Self.words(kept.choice)), \(share) of \(owner) speed; \(longest) is"
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
    [
      MigrationReport.words(row.choice.mechanism), Self.size(row.choice.backing),
      Self.split(row.choice.splitting), row.slowest.end.rawValue, "\(row.slowest.rounds.count)",
      MigrationReport.time(row.fleet.total), row.downtime.map(MigrationReport.time) ?? "-",
      Measure.share.text(row.lost), Measure.count.text(Double(row.faults)),
      Measure.bytes.text(Double(row.fleet.bytes)).replacing("iB", with: ""),
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
    if let played { lines += TextLayout.wrap(played, width: TextLayout.width) }
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
      let machines = row.fleet.machines
      let fields = [
        MigrationReport.words(row.choice.mechanism), Self.size(row.choice.backing),
        Self.split(row.choice.splitting), row.slowest.end.rawValue,
        "\(row.slowest.rounds.count)", "\(MigrationReport.nanoseconds(row.fleet.total))",
        row.downtime.map { "\(MigrationReport.nanoseconds($0))" } ?? "",
        Measure.decimal(row.lost, 6), "\(row.faults)",
        "\(machines.reduce(0) { $0 + $1.dirty.logFullExits })",
        "\(machines.reduce(0) { $0 + $1.dirty.ringFullExits })", "\(row.fleet.bytes)",
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
    if let played { writer.member("played", played) }
    writer.key("rows")
    writer.beginArray()
    for row in rows {
      writer.beginObject()
      writer.member("mechanism", MigrationReport.words(row.choice.mechanism))
      writer.member("backing", Self.size(row.choice.backing))
      if row.choice.splitting != nil {
        writer.member("split", Self.split(row.choice.splitting))
      }
      if machine == nil {
        writer.member("moved", UInt64(row.fleet.moved))
        writer.member(
          "total", UInt64(max(0, MigrationReport.nanoseconds(row.fleet.total))))
        writer.key("machines")
        writer.beginArray()
        for outcome in row.fleet.machines {
          writer.beginObject()
          writer.members(of: outcome)
          writer.endObject()
        }
        writer.endArray()
      } else {
        writer.members(of: row.outcome)
      }
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
    for row in rows { table.add(cells(row), marked: !row.isMoved) }
    page.heading("Each way to track writes")
    page.table(table)
    if let played { page.paragraph(played) }
    page.paragraph(
      "The guest is watched for a while at its destination, too: what its first touches there cost is among"
        + " the faults below.")
    let parts: [(String, MigrationSeries.Quantity)] = [
      ("faults", .faults), ("made to sleep", .asleep), ("waiting for pages", .waiting),
      ("stopped", .stopped),
    ]
    let processors = Double(study.processors) * Double(rows.first?.fleet.machines.count ?? 1)
    page.chart(
      ShareChart(
        "What the guest loses", summary: "The time of each processor, on the average.", .time,
        parts: parts.map(\.0),
        rows.map { row in
          ShareChart.Bar(
            cells(row).prefix(3).filter { $0 != "-" }.joined(separator: " "),
            parts.map { part in
              row.fleet.machines.reduce(0.0) {
                $0 + Double($1.series.values(part.1).reduce(0, +))
              } / 1000 / processors
            })
        }))
    if !source.isEmpty {
      page.heading("The scenario")
      page.listing(source)
    }
    return page.text
  }
}

extension MigrationComparison.Row {
  /// Whether all machines that were played are moved.
  fileprivate var isMoved: Bool { fleet.moved == fleet.machines.count }

  /// The machine that stayed where it was, or else took the longest.
  fileprivate var slowest: MigrationOutcome {
    fleet.machines.first { $0.end == .gaveUp }
      ?? fleet.machines.max { $0.total < $1.total } ?? outcome
  }

  fileprivate var downtime: Int64? { fleet.longestDowntime }

  /// The part of its speed that a guest lost, on the average.
  fileprivate var lost: Double {
    fleet.machines.reduce(0) { $0 + $1.lost } / Double(max(fleet.machines.count, 1))
  }

  fileprivate var faults: UInt64 { fleet.machines.reduce(0) { $0 + $1.ledger.exits } }
}
