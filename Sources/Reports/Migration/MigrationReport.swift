internal import Console
internal import Costs
package import Hypervisor
internal import Simulation
package import Studies

/// A migration and what became of it, for all forms in which it is told.
package struct MigrationReport: Sendable {
  /// What it is about, in a line.
  package let title: String
  /// What happened.
  package let study: MigrationStudy
  /// What became of all machines.
  package let fleet: MigrationFleet
  /// The text that it was read from, if any.
  package let source: String

  /// The report of a migration.
  package init(
    _ title: String, _ study: MigrationStudy, _ fleet: MigrationFleet, source: String = ""
  ) {
    self.title = title
    self.study = study
    self.fleet = fleet
    self.source = source
  }

  /// The machine whose rounds are told: the first that was not moved, or else the first.
  package var told: Int { fleet.machines.firstIndex { $0.end == .gaveUp } ?? 0 }

  /// What became of that machine.
  package var outcome: MigrationOutcome { fleet.machines[told] }

  /// Whether a machine stayed where it was.
  package var isMissed: Bool { fleet.moved < fleet.machines.count }

  // MARK: Sentences

  /// The answer in one sentence.
  package var answer: String {
    guard fleet.machines.count > 1 else { return Self.answer(outcome) }
    var text =
      "\(fleet.moved) of \(fleet.machines.count) machines are moved in \(Self.time(fleet.total))"
    text += ", \(Measure.bytes.text(Double(fleet.bytes))) over the link"
    if let longest = fleet.longestDowntime {
      text += ", none of them stopped for more than \(Self.time(longest))"
    }
    return text + "."
  }

  /// What became of a machine, in one sentence.
  package static func answer(_ outcome: MigrationOutcome) -> String {
    let rounds = TextLayout.count(outcome.rounds.count, "round")
    let kept = Measure.share.text(1 - outcome.lost)
    let down = time(outcome.downtime ?? 0)
    switch outcome.end {
    case .converged:
      return
        "Moved in \(time(outcome.total)) after \(rounds), with a downtime of \(down); meanwhile the"
        + " guest had \(kept) of its speed."
    case .forced:
      return
        "Moved in \(time(outcome.total)) by force after \(rounds) that did not end, with a downtime"
        + " of \(down); meanwhile the guest had \(kept) of its speed."
    case .postcopy:
      return "Moved with a downtime of \(down)"
        + (outcome.rounds.isEmpty ? "" : " after \(rounds)")
        + ", and all pages were there after \(time(outcome.total)); meanwhile the guest had \(kept) of its"
        + " speed."
    case .gaveUp:
      return "Not moved: after \(rounds) and \(time(outcome.total)) what is left would still take"
        + " \(time(outcome.rounds.last?.expectedDowntime ?? 0)); meanwhile the guest had \(kept) of its"
        + " speed."
    }
  }

  /// What else a person would say of it.
  package var findings: [String] {
    var findings: [String] = []
    let outcome = outcome
    if outcome.end == .gaveUp || outcome.end == .forced, let last = outcome.rounds.last {
      findings.append(unfinished(last))
    }
    let throttle = outcome.rounds.map(\.throttlePercent).max() ?? 0
    if throttle > 0 {
      findings.append("The brake has its processors sleep for up to \(throttle) % of their time.")
    }
    if outcome.rounds.contains(where: \.hasDirtyLimit) {
      findings.append("The brake has processors sleep that fill their rings too soon.")
    }
    let kinds = FaultKind.allCases.reversed().filter { outcome.ledger.faults($0) > 0 }
      .map { "\($0) \(StormReport.grouped(outcome.ledger.faults($0)))" }
    let faults = kinds.isEmpty ? "" : ": \(kinds.joined(separator: ", "))"
    findings.append(
      "Tracking costs the guest \(Self.counted(outcome.ledger.exits, "fault"))\(faults); its start"
        + " takes \(Self.time(outcome.setup)).")
    let same = outcome.rounds.reduce(0) { $0 + $1.samePages }
    if same > 0 {
      findings.append(
        same == 1
          ? "1 page is sent again though it holds what was sent before."
          : "\(StormReport.grouped(UInt64(same))) pages are sent again though they hold what was sent"
            + " before.")
    }
    if let arrival = outcome.arrival { findings += Self.findings(arrival) }
    if outcome.lostPages > 0 {
      findings.append(
        outcome.lostPages == 1
          ? "1 page holds something else at the destination."
          : "\(outcome.lostPages) pages hold something else at the destination.")
    }
    return findings
  }

  /// Why the rounds did not come to an end, as the last one tells.
  private func unfinished(_ last: PrecopyRound) -> String {
    let seconds = Double(max(last.picoseconds, 1)) / 1e12
    let link = Self.rate(Double(last.bitsPerSecond) / 8)
    if UInt64(last.dirtied) << 12 >= study.writer.bytes {
      return "It writes all of its \(Measure.bytes.text(Double(study.writer.bytes))) anew in each"
        + " round: its writers make \(Self.rate(Double(last.writes) * 4096 / seconds)) of pages, and"
        + " the link takes \(link)."
    }
    // Each page with what goes before it: the time to send them is what the link makes of them.
    let wire =
      Double(last.expectedDowntime) / 1e12 * Double(last.bitsPerSecond) / 8 / seconds
    let left = Self.counted(UInt64(last.dirtied), "page")
    let made = "In the last round it makes \(left) dirty: \(Self.rate(wire)) to send"
    guard last.expectedDowntime < last.picoseconds else {
      return "\(made), and the link takes \(link). Rounds get shorter only where the first is less."
    }
    return "\(made), less than the \(link) that the link takes: rounds get shorter still, but not"
      + " within the limits of their time and number."
  }

  private static func findings(_ arrival: ArrivalOutcome) -> [String] {
    var findings = [
      "At the destination its first touches take \(counted(arrival.ledger.exits, "fault")), for the"
        + " second stage starts empty."
    ]
    if arrival.missing > 0 {
      findings.append(
        "\(counted(UInt64(arrival.missing), "page")) \(arrival.missing == 1 ? "was" : "were") still to"
          + " come: \(StormReport.grouped(arrival.requests)) asked for,"
          + " \(StormReport.grouped(UInt64(arrival.streamed))) sent without that. A processor waits"
          + " \(time(arrival.latencies.percentile(50).picoseconds)) for one (p50;"
          + " p99 \(time(arrival.latencies.percentile(99).picoseconds))).")
    }
    return findings
  }

  // MARK: Words

  /// A time in the unit that suits it: hours from two of them on, and days from two of them on.
  package static func time(_ picoseconds: Int64) -> String {
    let hours = Double(picoseconds) / 3.6e15
    if hours >= 48 { return "\(Measure.decimal(hours / 24, 1)) d" }
    if hours >= 2 { return "\(Measure.decimal(hours, 1)) h" }
    return Measure.time.text(Double(picoseconds) / 1000)
  }

  /// A time in whole nanoseconds, the nearest.
  package static func nanoseconds(_ picoseconds: Int64) -> Int64 { (picoseconds + 500) / 1000 }

  /// So many things, grouped by thousands.
  static func counted(_ count: UInt64, _ thing: String) -> String {
    "\(StormReport.grouped(count)) \(thing)\(count == 1 ? "" : "s")"
  }

  /// Bytes in a second.
  package static func rate(_ bytes: Double) -> String {
    bytes >= 1e9
      ? "\(Measure.decimal(bytes / 1e9, 2)) GB/s" : "\(Measure.decimal(bytes / 1e6, 1)) MB/s"
  }

  /// The way of tracking, in a few words.
  package static func words(_ mechanism: DirtyMechanism) -> String {
    switch mechanism {
    case .writeProtection: "wp"
    case .initiallyAllSet: "manual"
    case .flags: "dbit"
    case .modificationLog: "pml"
    case .ring: "ring"
    case .modificationRing: "pml-ring"
    }
  }

  // MARK: Tables

  static let columns = [
    "round", "start", "pages", "zeros", "sent", "time", "dirty", "left takes", "sleep",
  ]

  /// A row for each round, and one for what was sent at the end.
  var table: TextTable {
    var table = TextTable(Self.columns)
    for (number, round) in outcome.rounds.enumerated() {
      table.add(row("\(number + 1)", round, left: Self.time(round.expectedDowntime)))
    }
    if let last = outcome.last { table.add(row("stopped", last, left: "-")) }
    return table
  }

  private func row(_ name: String, _ round: PrecopyRound, left: String) -> [String] {
    [
      name, Self.time(round.start), Measure.count.text(Double(round.pages)),
      Measure.count.text(Double(round.zeroPages)), Measure.bytes.text(Double(round.bytes)),
      Self.time(round.picoseconds), Measure.count.text(Double(round.dirtied)), left,
      "\(round.throttlePercent) %",
    ]
  }
}
