internal import Studies

extension DensityReport {
  /// The answer as a page that stands alone.
  package var page: String {
    var page = HTMLPage(title: title, answer: answer)
    page.paragraph(certificate)
    if let assumed { page.paragraph(assumed) }
    if let placed { page.paragraph(placed) }
    page.heading("What is limited")
    page.table(constraintTable)
    page.paragraph(DensityText.aloneLegend)
    if !outcome.nodes.isEmpty {
      page.heading("Where machines lie")
      page.table(nodeTable)
    }
    page.heading("Where the host's memory goes")
    page.chart(memoryChart)
    page.heading("What each machine takes")
    page.chart(machineChart)
    for flavour in outcome.flavours {
      page.table(partTable(flavour))
      page.table(backingTable(flavour))
    }
    page.paragraph(DensityText.sourceLegend)
    page.heading("What others say")
    page.table(ruleTable)
    if !outcome.curve.isEmpty {
      page.heading("How many dare be promised")
      page.chart(curveChart)
    }
    page.heading("Settings to apply")
    page.listing(DensitySettings.lines(self).joined(separator: "\n"))
    if !source.isEmpty {
      page.heading("The scenario")
      page.listing(source)
    }
    return page.text
  }

  // MARK: Charts

  private var memoryChart: ShareChart {
    let parts = shares
    let summary = parts.map { "\($0.name) \(StormReport.bytes($0.bytes))" }
      .joined(separator: ", ")
    return ShareChart(
      "The host's memory", summary: summary + ".", .bytes, parts: parts.map(\.name),
      [ShareChart.Bar("host", parts.map { Double($0.bytes) })])
  }

  /// What is added to a guest's memory: its memory would hide it.
  private var machineChart: ShareChart {
    let kinds = OverheadPart.Kind.allCases.filter { kind in
      kind != .guestMemory
        && outcome.flavours.contains { $0.overhead[kind].map { $0.adds && $0.worst > 0 } ?? false }
    }
    let bars = outcome.flavours.flatMap { flavour in
      [("now", false), ("at worst", true)].map { name, isWorst in
        ShareChart.Bar(
          "\(flavour.overhead.flavour.name), \(name)",
          kinds.map { kind in
            guard let part = flavour.overhead[kind], part.adds else { return 0 }
            return Double(isWorst ? part.worst : part.now)
          })
      }
    }
    return ShareChart(
      "Beside the guest's memory, each", summary: "Now, and when the guest has touched everything.",
      .bytes, parts: kinds.map(\.phrase), bars)
  }

  private var curveChart: CurveChart {
    CurveChart(
      "Risk of memory pressure over what is promised",
      summary: "The promised memory as a part of what can be used.", .share, .share,
      headings: ["promised", "risk"], outcome.curve.map { ($0.promised, $0.risk) },
      target: density.overcommit?.risk)
  }

  // MARK: Tables

  private var constraintTable: TextTable {
    var table = TextTable(["", "used", "there is", "free", "alone", "lets in no more"])
    for constraint in outcome.constraints {
      table.add(
        [
          constraint.phrase, constraint.text(constraint.used),
          constraint.text(constraint.capacity), Measure.share.text(constraint.slack),
          constraint.alone == .max ? "-" : StormReport.grouped(constraint.alone),
          constraint.stops.joined(separator: ", "),
        ], marked: !constraint.stops.isEmpty)
    }
    return table
  }

  private var nodeTable: TextTable {
    var table = TextTable(["NUMA node", "machines", "memory used", "there is", "free"])
    for (number, node) in outcome.nodes.enumerated() {
      table.add([
        "node \(number)" + (node.processors.map { ", \($0) processors" } ?? ""),
        StormReport.grouped(node.machines), StormReport.bytes(node.usedBytes),
        StormReport.bytes(node.usableBytes),
        StormReport.bytes(node.usableBytes - min(node.usedBytes, node.usableBytes)),
      ])
    }
    return table
  }

  private func partTable(_ flavour: DensityOutcome.OfFlavour) -> TextTable {
    var table = TextTable([
      flavour.overhead.flavour.name, "now", "at worst", "charged to", "source",
    ])
    table.prose = [4]
    for part in flavour.overhead.parts {
      table.add([
        part.kind.phrase, StormReport.bytes(part.now), StormReport.bytes(part.worst),
        part.charge.phrase, part.source,
      ])
    }
    return table
  }

  private func backingTable(_ flavour: DensityOutcome.OfFlavour) -> TextTable {
    var table = TextTable([
      "\(flavour.overhead.flavour.name), by backing", "guest now", "added now", "added at worst",
    ])
    for backing in backings(flavour) {
      table.add([
        backing.phrase, StormReport.bytes(backing.overhead[.guestMemory]?.now ?? 0),
        StormReport.bytes(backing.overhead.added(atWorst: false)),
        StormReport.bytes(backing.overhead.added(atWorst: true)),
      ])
    }
    return table
  }

  private var ruleTable: TextTable {
    var table = TextTable(["machine", "rule", "part", "rule says", "model has"])
    for flavour in outcome.flavours {
      let name = flavour.overhead.flavour.name
      for rule in flavour.rules {
        table.add(
          [
            name, rule.name, "all", StormReport.bytes(rule.bytes),
            StormReport.bytes(flavour.overhead.added(atWorst: true)),
          ], marked: true)
        for difference in rule.differences(from: flavour.overhead) {
          table.add([
            name, rule.name,
            OverheadPart.Kind(rawValue: difference.name)?.phrase ?? difference.name,
            StormReport.bytes(difference.rule), StormReport.bytes(difference.model),
          ])
        }
      }
    }
    return table
  }
}
