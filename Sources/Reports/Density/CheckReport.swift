internal import Console
internal import Records
package import Studies

/// Predicted sizes of real hosts and machines beside the measured ones.
package struct CheckReport: Sendable {
  /// What the inventory is called.
  package let name: String
  /// The comparisons of all hosts.
  package let checks: [DensityCheck]

  /// The report of some checks.
  package init(_ name: String, _ checks: [DensityCheck]) {
    self.name = name
    self.checks = checks
  }

  private var comparisons: [DensityCheck.Comparison] { checks.flatMap(\.comparisons) }

  /// The comparisons as text, after a sentence on each quantity.
  package var text: String {
    var lines: [String] = []
    let all = comparisons
    var sentences: [String] = []
    for quantity in DensityCheck.Comparison.Quantity.allCases {
      let errors = all.filter { $0.quantity == quantity }.compactMap(\.error)
        .map(\.magnitude).sorted()
      guard let worst = errors.last else { continue }
      let middle = errors[errors.count / 2]
      sentences.append(
        errors.count == 1
          ? "\(quantity.phrase): off by \(Measure.share.text(worst))."
          : "\(quantity.phrase): off by \(Measure.share.text(middle)) (median of"
            + " \(errors.count)), at most \(Measure.share.text(worst)).")
    }
    if sentences.isEmpty {
      sentences.append("Nothing that was measured can be compared: no machine has a size.")
    }
    for sentence in ["\(name):"] + sentences {
      lines += DensityText.wrap(sentence, width: TextLayout.width)
    }
    if !all.isEmpty {
      lines += ["", row("", "", ["predicted", "measured", "error"])]
      for comparison in all.prefix(60) {
        lines.append(
          row(
            comparison.subject, comparison.quantity.phrase,
            [
              StormReport.bytes(comparison.predicted), StormReport.bytes(comparison.measured),
              comparison.error.map { ($0 < 0 ? "" : "+") + Measure.share.text($0) } ?? "-",
            ]))
      }
      if all.count > 60 {
        lines.append("  … and \(all.count - 60) more, all of which --json and --csv have")
      }
      lines.append("")
      for basis in Set(all.map { "\($0.quantity.phrase): \($0.basis)" }).sorted() {
        lines += DensityText.wrap(basis + ".", width: TextLayout.width)
      }
    }
    let unmeasured = checks.flatMap(\.unmeasured)
    if !unmeasured.isEmpty {
      lines += DensityText.wrap(
        "Of \(DensityReport.count(UInt64(unmeasured.count), "machine")) nothing was measured:"
          + " \(unmeasured.prefix(10).joined(separator: ", "))"
          + (unmeasured.count > 10 ? " and others." : "."), width: TextLayout.width)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func row(_ subject: String, _ quantity: String, _ cells: [String]) -> String {
    let shown = subject.count > 20 ? subject.prefix(19) + "…" : subject[...]
    return TextLayout.column("  " + shown, 24) + TextLayout.column(quantity, 24)
      + cells.map { TextLayout.right($0, 10) }.joined()
  }

  /// The comparisons as JSON: sizes in bytes.
  package var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginOutcome(of: "density-check", name)
    writer.key("comparisons")
    writer.beginArray()
    for comparison in comparisons {
      writer.beginObject()
      writer.member("subject", comparison.subject)
      writer.member("quantity", comparison.quantity.rawValue)
      writer.member("predicted", comparison.predicted)
      writer.member("measured", comparison.measured)
      if let error = comparison.error { writer.member("error", error) }
      writer.member("basis", comparison.basis)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  /// The comparisons as CSV, a line for each.
  package var csv: String {
    "subject,quantity,predicted_bytes,measured_bytes,basis\n"
      + comparisons.map { comparison in
        let cells = [
          comparison.subject, comparison.quantity.rawValue, "\(comparison.predicted)",
          "\(comparison.measured)", comparison.basis,
        ]
        return cells.map(DensityReport.cell).joined(separator: ",") + "\n"
      }.joined()
  }
}

extension DensityCheck.Comparison.Quantity {
  /// The quantity as a reader reads it.
  package var phrase: String {
    switch self {
    case .resident: "held by the process"
    case .charged: "charged to the group"
    case .secondStage: "second stage's tables"
    case .pageTables: "tables of processes"
    case .available: "memory available"
    }
  }
}
