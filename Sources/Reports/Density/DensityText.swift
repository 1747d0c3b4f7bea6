internal import Console
internal import Studies

/// How many machines fit, as text for a terminal of 80 columns, the answer first.
package enum DensityText {
  /// What is told beyond the answer.
  package struct Detail: Sendable, Hashable {
    /// Each kind's parts, and not only those of the only one.
    package var parts = false
    /// How others' rules differ, part by part.
    package var rules = false
    /// The settings to apply.
    package var settings = false

    /// The answer and what it stands on.
    package init() {}
  }

  /// The text.
  package static func text(_ report: DensityReport, _ detail: Detail = Detail()) -> String {
    var lines = wrap("\(report.title): \(report.answer)")
    lines += wrap(report.certificate)
    if let assumed = report.assumed { lines += wrap(assumed) }
    if let placed = report.placed { lines += wrap(placed) }
    lines += [""] + constraints(report)
    if !report.outcome.nodes.isEmpty { lines += [""] + nodes(report) }
    lines += [""] + memory(report)
    let flavours = report.outcome.flavours
    if flavours.count > 1 { lines += [""] + kinds(report) }
    if flavours.count == 1 || detail.parts {
      for flavour in flavours { lines += [""] + parts(flavour) + [""] + backings(report, flavour) }
      lines += [""] + wrap(sourceLegend)
    }
    lines += [""] + flavours.flatMap(rules)
    if detail.rules {
      for flavour in flavours { lines += [""] + differences(flavour) }
    }
    if detail.settings { lines += [""] + DensitySettings.lines(report) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What the last column of what is limited means.
  package static let aloneLegend =
    "alone: how many machines would fit if nothing else were limited"

  /// What the short names of sources are.
  package static let sourceLegend =
    "Sources such as B2, F59 and §7 are listed in Docs/Density.md."

  /// A sentence in lines of at most so many columns, none of which parts a number from its unit.
  package static func wrap(_ text: String, width: Int = TextLayout.width) -> [String] {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "%", "s", "vCPU", "vCPUs"]
    var glued = ""
    for word in text.split(separator: " ") {
      let bare = word.prefix { !".,;:)".contains($0) }
      let follows = glued.last?.isNumber == true && units.contains(String(bare))
      glued += (glued.isEmpty ? "" : follows ? "\u{a0}" : " ") + word
    }
    return TextLayout.wrap(glued, width: width).map { $0.replacing("\u{a0}", with: " ") }
  }

  private static func row(_ name: String, _ cells: [String], width: Int = 12) -> String {
    guard !cells.isEmpty else { return "  " + name }
    return TextLayout.column("  " + name, 28) + cells.map { TextLayout.right($0, width) }.joined()
  }

  private static func bytes(_ bytes: UInt64) -> String { StormReport.bytes(bytes) }

  private static func constraints(_ report: DensityReport) -> [String] {
    [row("what is limited", ["used", "there is", "free", "alone"])]
      + report.outcome.constraints.map { constraint in
        row(
          constraint.phrase,
          [
            constraint.text(constraint.used), constraint.text(constraint.capacity),
            Measure.share.text(constraint.slack),
            constraint.alone == .max ? "-" : StormReport.grouped(constraint.alone),
          ])
      } + wrap(aloneLegend, width: TextLayout.width - 4).map { "    " + $0 }
  }

  /// The nodes of a host that lists them.
  private static func nodes(_ report: DensityReport) -> [String] {
    [row("NUMA node", ["machines", "memory used", "there is", "free"])]
      + report.outcome.nodes.enumerated().map { number, node in
        row(
          "node \(number)" + (node.processors.map { ", \($0) processors" } ?? ""),
          [
            StormReport.grouped(node.machines), bytes(node.usedBytes), bytes(node.usableBytes),
            bytes(node.usableBytes - min(node.usedBytes, node.usableBytes)),
          ])
      }
  }

  private static func memory(_ report: DensityReport) -> [String] {
    let total = Double(max(report.density.host.memoryBytes, 1))
    return [row("the host's memory", [bytes(report.density.host.memoryBytes)])]
      + report.shares.map { share in
        row(
          share.name, [bytes(share.bytes), Measure.share.text(Double(share.bytes) / total)])
      }
  }

  private static func kinds(_ report: DensityReport) -> [String] {
    [row("kind of machine", ["count", "memory", "added now", "at worst"])]
      + report.outcome.flavours.map { flavour in
        row(
          flavour.overhead.flavour.name,
          [
            StormReport.grouped(flavour.count), bytes(flavour.overhead.flavour.memoryBytes),
            bytes(flavour.overhead.added(atWorst: false)),
            bytes(flavour.overhead.added(atWorst: true)),
          ])
      }
  }

  private static func parts(_ flavour: DensityOutcome.OfFlavour) -> [String] {
    let overhead = flavour.overhead
    var lines = [
      TextLayout.column("  \(overhead.flavour.name), each", 28)
        + TextLayout.right("now", 11) + TextLayout.right("at worst", 11) + "  charged to"
    ]
    for part in overhead.parts {
      lines.append(
        TextLayout.column("  " + part.kind.phrase, 28) + TextLayout.right(bytes(part.now), 11)
          + TextLayout.right(bytes(part.worst), 11) + "  \(part.charge.phrase)")
      lines += wrap(part.source, width: TextLayout.width - 6).map { "      " + $0 }
    }
    return lines
  }

  private static func backings(
    _ report: DensityReport, _ flavour: DensityOutcome.OfFlavour
  ) -> [String] {
    [
      row(
        "\(flavour.overhead.flavour.name), by backing", ["guest now", "added now", "at worst"])
    ]
      + report.backings(flavour).map { backing in
        row(
          backing.phrase,
          [
            bytes(backing.overhead[.guestMemory]?.now ?? 0),
            bytes(backing.overhead.added(atWorst: false)),
            bytes(backing.overhead.added(atWorst: true)),
          ])
      }
  }

  private static func rules(_ flavour: DensityOutcome.OfFlavour) -> [String] {
    let overhead = flavour.overhead
    let rules = flavour.rules.map { rule in
      // The rule that is named by its factor is of the guest's memory.
      let name = rule.name == "1.004 times" ? "the sum of 1.004 times its memory" : rule.name
      return "\(name) \(bytes(rule.bytes))"
    }.joined(separator: ", ")
    return wrap(
      "Beside its memory a machine “\(overhead.flavour.name)” takes"
        + " \(bytes(overhead.added(atWorst: false))) now and"
        + " \(bytes(overhead.added(atWorst: true))) at the worst; others say \(rules).",
      width: TextLayout.width)
  }

  private static func differences(_ flavour: DensityOutcome.OfFlavour) -> [String] {
    var lines: [String] = []
    for rule in flavour.rules {
      if !lines.isEmpty { lines.append("") }
      lines.append(row("\(rule.name) (\(rule.source))", []))
      lines.append(row("", ["rule", "model", "difference"]))
      for difference in rule.differences(from: flavour.overhead) {
        let (more, less) = (difference.rule >= difference.model, difference.model)
        let gap = more ? difference.rule - less : less - difference.rule
        lines.append(
          row(
            OverheadPart.Kind(rawValue: difference.name)?.phrase ?? difference.name,
            [
              bytes(difference.rule), bytes(difference.model),
              (gap == 0 ? "" : more ? "+" : "-") + bytes(gap),
            ]))
      }
      lines += wrap("It \(rule.remark).", width: TextLayout.width - 4)
        .map { "    " + $0 }
    }
    return lines
  }
}
