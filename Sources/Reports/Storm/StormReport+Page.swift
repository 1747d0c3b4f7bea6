internal import Costs
internal import Simulation
internal import Studies

extension StormReport {
  /// The outcome as a page that stands alone.
  public var page: String {
    var page = HTMLPage(title: title, answer: answer)
    if let verdict { page.paragraph(verdict) }
    page.figures([
      ("machines", Self.grouped(UInt64(storm.count))), ("first ready", time(ready.least)),
      ("half ready", time(ready.percentile(50))), ("99 % ready", time(ready.percentile(99))),
      ("all ready", time(ready.most)), ("one alone", time(alone)), ("bare metal", time(bareMetal)),
      ("faults", Self.grouped(faults)), ("most faults", Measure.rate.text(mostFaults)),
      ("memory", Self.bytes(outcome.usedBytes)),
      ("second stage's tables", Self.bytes(stageTwoTables)),
    ])
    if let mitigations {
      let report = MitigationReport(self, mitigations)
      page.heading("What helps")
      page.paragraph(report.advice)
      page.table(report.table)
      page.paragraph(MitigationReport.pageLegend)
      page.paragraph(MitigationReport.missing)
    }
    page.heading("When machines are ready")
    page.paragraph("Each is counted from its own planned start.")
    page.chart(readyChart)
    if let variation { page.paragraph(variation) }
    page.heading("What they fault on")
    page.chart(faultChart)
    page.table(faultTable)
    page.heading("Where the time goes")
    page.chart(shareChart)
    if let races { page.paragraph(races) }
    page.heading("Memory")
    page.chart(memoryChart)
    if let pageCache { page.paragraph(pageCache) }
    page.heading("What it costs, and how well that is known")
    page.paragraph(price)
    page.table(costTable)
    if !source.isEmpty {
      page.heading("The scenario")
      page.listing(source)
    }
    return page.text
  }

  // MARK: Charts

  private var readyChart: DistributionChart {
    DistributionChart(
      "Machines that are ready", summary: "From \(time(ready.least)) to \(time(ready.most)).",
      .time, ready.values.map { Double($0.picoseconds) / 1000 },
      target: target.ready.map { Double($0.picoseconds) / 1000 })
  }

  private var faultChart: TimeChart {
    TimeChart(
      "Faults in a second, by kind", summary: "At most \(Measure.rate.text(mostFaults)).", .rate,
      .stacked, binNanoseconds: binNanoseconds,
      [FaultKind.missing, .permission, .cascade, .guest].map {
        TimeChart.Series("\($0)", outcome.rate(of: $0))
      })
  }

  private var memoryChart: TimeChart {
    TimeChart(
      "Memory of the machines' pages",
      summary: "\(Self.bytes(outcome.committedBytes.last ?? 0)) in the end.", .bytes, .lines,
      binNanoseconds: binNanoseconds,
      [TimeChart.Series("committed", outcome.committedBytes.map { Double($0) })])
  }

  private var binNanoseconds: Double { Double(outcome.series.bin.picoseconds) / 1000 }

  private var shareChart: ShareChart {
    let parts = shares
    return ShareChart(
      "Where the time of all machines goes", summary: "Until each is done.", .time,
      parts: parts.map(\.share.phrase),
      [ShareChart.Bar("all machines", parts.map { Double($0.time.picoseconds) / 1000 })])
  }

  // MARK: Tables

  private var faultTable: TextTable {
    var table = TextTable(["faults", "all machines"])
    for kind in [FaultKind.missing, .permission, .cascade, .guest] {
      table.add(["\(kind)", Self.grouped(outcome.ledger.faults(kind))])
      let parts = kind == .missing ? missing : kind == .permission ? permission : []
      for part in parts where part.count > 0 {
        table.add(["\(kind): \(part.name)", Self.grouped(part.count)])
      }
    }
    for (depth, count) in cascadeHistogram.enumerated() where depth > 0 && count > 0 {
      table.add(["touches that met \(depth) cascades", Self.grouped(count)])
    }
    return table
  }

  private var costTable: TextTable {
    var table = TextTable(["component", "amount", "price", "low", "likely", "high", "grade", "row"])
    for row in costRows {
      table.add([
        row.component.name, Self.grouped(row.amount),
        Measure.time.text(Double(row.price.likely) / 1e6),
        Measure.time.text(Double(row.cost.low) / 1e6),
        Measure.time.text(Double(row.cost.likely) / 1e6),
        Measure.time.text(Double(row.cost.high) / 1e6), row.source.grade.rawValue,
        row.source.row ?? "-",
      ])
    }
    return table
  }
}
