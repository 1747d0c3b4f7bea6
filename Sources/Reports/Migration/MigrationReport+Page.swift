internal import Costs
internal import Simulation
internal import Studies

extension MigrationReport {
  /// The outcome as a page that stands alone.
  package var page: String {
    let outcome = outcome
    var page = HTMLPage(title: title, answer: answer)
    page.figures([
      ("machines moved", "\(fleet.moved) of \(fleet.machines.count)"),
      ("time", Self.time(fleet.total)),
      ("longest downtime", fleet.longestDowntime.map(Self.time) ?? "-"),
      ("rounds", "\(outcome.rounds.count)"),
      ("guest's speed", Measure.share.text(1 - outcome.lost)),
      ("sent", Measure.bytes.text(Double(fleet.bytes))),
      ("faults of tracking", StormReport.grouped(outcome.ledger.exits)),
    ])
    for finding in findings { page.paragraph(finding) }
    if fleet.machines.count > 1 {
      page.heading("The machines")
      page.table(fleetTable)
    }
    page.heading(
      fleet.machines.count > 1 ? "The rounds of machine \(told + 1)" : "The rounds")
    page.table(table)
    if outcome.rounds.count > 1 { page.chart(downtimeChart) }
    page.heading("Over time")
    page.chart(speedChart)
    page.chart(rateChart)
    if let arrival = outcome.arrival, !arrival.latencies.values.isEmpty {
      page.heading("Waiting for pages")
      page.chart(
        DistributionChart(
          "How long processors wait for a page", summary: "From the touch until it is there.",
          .time, arrival.latencies.values.map { Double($0.picoseconds) / 1000 }))
    }
    if !source.isEmpty {
      page.heading("The scenario")
      page.listing(source)
    }
    return page.text
  }

  private var bin: Double { Double(outcome.series.bin.picoseconds) / 1000 }

  private var speedChart: TimeChart {
    TimeChart(
      "The guest's speed", summary: "Of what it has when nobody moves it.", .share, .lines,
      binNanoseconds: bin, [TimeChart.Series("speed", outcome.series.speed)])
  }

  private var rateChart: TimeChart {
    func perSecond(_ values: [Int64], _ bytes: Double) -> [Double] {
      values.map { Double($0) * bytes * 1e9 / bin }
    }
    return TimeChart(
      "Bytes in a second", summary: "What is written for the first time, and what is sent.", .bytes,
      .lines, binNanoseconds: bin,
      [
        TimeChart.Series("dirtied", perSecond(outcome.series.values(.dirtied), 4096)),
        TimeChart.Series("sent", perSecond(outcome.series.values(.sent), 1)),
      ])
  }

  private var downtimeChart: CurveChart {
    CurveChart(
      "What is left after each round", summary: "How long it would take to send.", .count, .time,
      headings: ["round", "what is left takes"],
      outcome.rounds.enumerated().map {
        (Double($0 + 1), Double($1.expectedDowntime) / 1000)
      }, target: Double(study.precopy.downtimePicoseconds) / 1000)
  }

  private var fleetTable: TextTable {
    var table = TextTable(["machine", "start", "time", "rounds", "downtime", "sent", "end"])
    for (number, machine) in fleet.machines.enumerated() {
      table.add(
        [
          "\(number + 1)", Self.time(fleet.starts[number]), Self.time(machine.total),
          "\(machine.rounds.count)", machine.downtime.map(Self.time) ?? "-",
          Measure.bytes.text(Double(machine.bytes)), machine.end.rawValue,
        ], marked: machine.end == .gaveUp)
    }
    return table
  }
}
