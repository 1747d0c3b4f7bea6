import Console
import Records
import Studies

/// Cases as text, as a table of a page and as JSON.
enum CasesText {
  typealias Results = [(ValidationCase, [ValidationResult])]

  /// What the table stands under in a page.
  static let heading = "## Predicted against measured"

  static func text(_ results: Results) -> String {
    var lines = [
      TextLayout.column("case", 42) + TextLayout.right("published", 13)
        + TextLayout.right("model", 13) + TextLayout.right("off", 10)
    ]
    for (one, found) in results {
      lines += ["", "\(one.id)  \(one.title)"]
      for result in found {
        let prediction = result.prediction
        let subject = TextLayout.wrap(prediction.subject, width: 36)
        let numbers =
          TextLayout.right(number(prediction.published, prediction.unit), 13)
          + TextLayout.right(number(result.found, prediction.unit), 13)
          + TextLayout.right(deviation(result), 10) + (result.holds ? "" : " *")
        for (place, part) in subject.enumerated() {
          let isLast = place == subject.count - 1
          lines.append(
            isLast ? TextLayout.column("    \(part)", 42) + numbers : "    \(part)")
        }
        let tolerance =
          prediction.tolerance > 0 ? ", within \(percent(prediction.tolerance))" : ", exactly"
        let inputs =
          prediction.inputs.isEmpty ? "" : " by \(prediction.inputs.joined(separator: ", "))"
        lines.append("      \(prediction.row), \(prediction.grade.rawValue)\(inputs)\(tolerance)")
      }
      for reason in one.leftOut {
        lines += TextLayout.wrap("Left out: \(reason)", width: 74).map { "    \($0)" }
      }
    }
    let all = results.flatMap(\.1)
    let missed = all.filter { !$0.holds }.count
    lines += [
      "",
      "\(TextLayout.count(all.count, "prediction")), \(missed) outside "
        + (all.count == 1 ? "its tolerance." : "their tolerance."),
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  static func markdown(_ results: Results) -> String {
    var lines = [
      "`nestwalk cases` plays the files of [Tests/Cases](../Tests/Cases) at full size and writes this",
      "table. *Predicted* numbers use nothing of the posting that they are compared with, *calibrated*",
      "ones are fitted to other points of it, or use another row that was read in the same paper or",
      "posting, and *input* ones restate it: they show that a price is",
      "what it was taken from, and prove nothing. Of a queue 4,000 rounds are played and scaled, for it is",
      "periodic; of processors whose parts are alike and apart, one; of populations by several what 128",
      "pages of each add to as many.", "",
      "| case | number | row | published | model | off | grade, inputs |",
      "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (one, found) in results {
      for result in found {
        let prediction = result.prediction
        let inputs =
          prediction.inputs.isEmpty ? "" : ": \(prediction.inputs.joined(separator: ", "))"
        lines.append(
          "| \(one.id) | \(prediction.subject) | \(prediction.row)"
            + " | \(number(prediction.published, prediction.unit))"
            + " | \(number(result.found, prediction.unit)) | \(deviation(result))"
            + " | \(prediction.grade.rawValue)\(inputs) |")
      }
    }
    lines += ["", "Left out, because the model or the postings do not allow it:", ""]
    for (one, _) in results {
      for reason in one.leftOut {
        lines += TextLayout.wrap("- \(one.id): \(reason)", width: 98).enumerated().map {
          $0.offset == 0 ? $0.element : "  \($0.element)"
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func number(_ value: Double, _ unit: ValidationPrediction.Unit) -> String {
    switch unit {
    case .time: CostText.time(UInt128((value * 1000).rounded()))
    case .number where value == value.rounded(): CostText.count(UInt64(value))
    case .number: TextLayout.decimal(value, 2)
    }
  }

  private static func deviation(_ result: ValidationResult) -> String {
    let off = TextLayout.decimal(100 * result.deviation, 1)
    return off == "0.0" ? "0 %" : (result.deviation > 0 ? "+" : "") + off + " %"
  }

  private static func percent(_ part: Double) -> String {
    TextLayout.decimal(100 * part, 0) + " %"
  }

  static func json(_ results: Results) -> [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginArray()
    for (one, found) in results {
      for result in found {
        let prediction = result.prediction
        writer.beginObject()
        writer.member("case", one.id)
        writer.member("subject", prediction.subject)
        writer.member("row", prediction.row)
        writer.member("unit", prediction.unit == .time ? "picoseconds" : "number")
        writer.member("published", prediction.published)
        writer.member("found", result.found)
        writer.member("deviation", result.deviation)
        writer.member("tolerance", prediction.tolerance)
        writer.member("grade", prediction.grade.rawValue)
        writer.key("inputs")
        writer.beginArray()
        for input in prediction.inputs { writer.value(input) }
        writer.endArray()
        writer.key("holds")
        writer.value(result.holds)
        writer.endObject()
      }
    }
    writer.endArray()
    writer.endLine()
    return writer.bytes
  }
}
