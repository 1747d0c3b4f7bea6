import Console
import Quantities
import Records
import Studies

/// Findings as text, as a page and as JSON.
enum ClaimsText {
  // MARK: Text

  static func text(_ findings: [ClaimFinding], withPending: Bool) -> String {
    var lines = [
      TextLayout.column("row", 5) + TextLayout.column("figure", 33)
        + TextLayout.right("stated", 20) + TextLayout.right("found", 18)
    ]
    for finding in findings {
      lines += ["", "\(TextLayout.column(finding.id, 5))\(finding.subject): \(finding.verdict)"]
      for check in finding.checks {
        let mark = check.holds ? "  " : " *"
        let found = check.isInput ? "(input)" : number(check.found, check.unit)
        let subject = TextLayout.wrap(check.subject, width: 32)
        let numbers = TextLayout.right(stated(check), 20) + TextLayout.right(found, 18) + mark
        for (place, part) in subject.enumerated() {
          let isLast = place == subject.count - 1
          var line = TextLayout.column("     \(part)", 38) + (isLast ? numbers : "")
          while line.last == " " { line.removeLast() }
          lines.append(line)
        }
      }
    }
    let counts = Verdict.allCases.map { verdict in
      "\(findings.filter { $0.verdict == verdict }.count) \(verdict.rawValue)"
    }
    lines += ["", "* is another number than the stated one."]
    lines += ["", "\(findings.count) figures: \(counts.joined(separator: ", "))."]
    if withPending, !Claims.pending.isEmpty {
      let pending = Claims.pending.map { "\($0.id) (\($0.waitsFor))" }.joined(separator: ", ")
      lines += TextLayout.wrap("Not recomputed yet: \(pending).", width: TextLayout.width)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: The page

  static func markdown(_ findings: [ClaimFinding], withPending: Bool) -> String {
    var lines = [
      "# Figures of the source texts", "",
      "This model was asked for by five texts on memory management. Their figures are recomputed here:",
      "`nestwalk claims` plays each figure's setup, and", "",
      "    nestwalk claims --markdown Docs/Claims.md", "",
      "writes this page. A figure is *reproduced* if the model gives it: counts exactly, times and",
      "rounded sizes within the tolerance that is printed. It is *corrected* if the model gives",
      "another one, and a *parameter* if it is a price, which [a cost profile](Costs.md) has from it.",
      "The verdicts follow from the numbers; nobody has written one down.", "",
      "| row | figure | stated | found | verdict |", "| --- | --- | --- | --- | --- |",
    ]
    for finding in findings {
      for (place, check) in finding.checks.enumerated() {
        let isFirst = place == 0
        let tolerance =
          check.tolerance > 0 && !check.isInput
          ? " ± \(trimmed(TextLayout.decimal(100 * check.tolerance, 1))) %" : ""
        let found = check.isInput ? "(input)" : number(check.found, check.unit)
        lines.append(
          "| \(isFirst ? finding.id : "") | \(isFirst ? "\(finding.subject): " : "")\(check.subject)"
            + " | \(stated(check))\(tolerance) | \(check.holds ? found : "**\(found)**") |"
            + " \(isFirst ? finding.verdict.rawValue : "") |")
      }
    }
    lines += [
      "", "A number in bold is another than the stated one.", "", "## Setups and reasons", "",
    ]
    for finding in findings {
      lines += TextLayout.wrap("- **\(finding.id)** \(finding.note)", width: 98).enumerated().map {
        $0.offset == 0 ? $0.element : "  \($0.element)"
      }
    }
    if withPending, !Claims.pending.isEmpty {
      lines += ["", "## Not recomputed yet", ""]
      lines += Claims.pending.map { "- \($0.id): waits for \($0.waitsFor)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Numbers

  private static func stated(_ check: ClaimCheck) -> String {
    let low = number(check.stated.lowerBound, check.unit)
    guard check.stated.lowerBound < check.stated.upperBound else { return low }
    guard check.stated.upperBound < .infinity else { return "\(low) or more" }
    let high = number(check.stated.upperBound, check.unit)
    // A unit that both have stands once.
    let unit = high.split(separator: " ").dropFirst().joined(separator: " ")
    let short = !unit.isEmpty && low.hasSuffix(" \(unit)") ? low.dropLast(unit.count + 1) : low[...]
    return "\(short) to \(high)"
  }

  static func number(_ value: Double, _ unit: ClaimCheck.Unit) -> String {
    switch unit {
    case .count: CostText.count(UInt64(value.rounded()))
    case .time: CostText.time(UInt128(value.rounded()))
    case .cycles: CostText.count(UInt64(value.rounded())) + " cycles"
    case .percent: trimmed(TextLayout.decimal(value, 1)) + " %"
    case .ratio:
      trimmed(TextLayout.decimal(value, value < 2 ? 4 : value < 100 ? 1 : 0)) + " ×"
    case .bytes: size(value)
    case .register: "0x" + String(UInt64(value), radix: 16)
    }
  }

  private static func size(_ bytes: Double) -> String {
    if bytes >= Double(1 << 30) {
      return trimmed(TextLayout.decimal(bytes / Double(1 << 30), 2)) + " GiB"
    }
    return bytes >= Double(1 << 20)
      ? trimmed(TextLayout.decimal(bytes / Double(1 << 20), 1)) + " MiB"
      : trimmed(TextLayout.decimal(bytes / 1024, 1)) + " KiB"
  }

  private static func trimmed(_ number: String) -> String {
    guard number.contains(".") else { return number }
    var text = number
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  // MARK: JSON

  static func json(_ findings: [ClaimFinding]) -> [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginArray()
    for finding in findings {
      writer.beginObject()
      writer.member("row", finding.id)
      writer.member("subject", finding.subject)
      writer.member("verdict", finding.verdict.rawValue)
      writer.key("checks")
      writer.beginArray()
      for check in finding.checks {
        writer.beginObject()
        writer.member("subject", check.subject)
        writer.member("unit", "\(check.unit)")
        writer.member("statedLow", check.stated.lowerBound)
        // JSON has no infinity: a range without an upper end has no such member.
        if check.stated.upperBound < .infinity {
          writer.member("statedHigh", check.stated.upperBound)
        }
        writer.member("found", check.found)
        writer.member("tolerance", check.tolerance)
        writer.key("isInput")
        writer.value(check.isInput)
        writer.key("holds")
        writer.value(check.holds)
        writer.endObject()
      }
      writer.endArray()
      writer.member("note", finding.note)
      writer.endObject()
    }
    writer.endArray()
    writer.endLine()
    return writer.bytes
  }
}
