internal import Console
internal import Costs
package import HostMemory
internal import Quantities
package import Studies

/// An outcome of merging as text of 80 columns, the answer first.
package enum MergingText {
  /// The counters' names, as the kernel has them.
  static let names = MergingCounters().named.map(\.name)

  /// Counters on one line, under the kernel's names.
  package static func line(_ counters: MergingCounters) -> String {
    counters.named.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
  }

  /// What became of a fleet.
  package static func text(_ study: MergingStudy, _ outcome: MergingOutcome) -> String {
    var lines = TextLayout.wrap(answer(study, outcome), width: TextLayout.width)
    lines.append("")
    lines += table(study, outcome)
    if let last = outcome.samples.last {
      lines += ["", "At the end:"]
      for (name, value) in last.counters.named {
        lines.append("  " + TextLayout.column(name, 20) + TextLayout.right(grouped(value), 14))
      }
    }
    lines += ["", "Assumptions:"]
    for sentence in assumptions(study) {
      for (number, line) in TextLayout.wrap(sentence, width: TextLayout.width - 2).enumerated() {
        lines.append((number == 0 ? "- " : "  ") + line)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func answer(_ study: MergingStudy, _ outcome: MergingOutcome) -> String {
    guard let last = outcome.samples.last else { return "" }
    let all = study.vms * study.pagesPerVM * 4096
    let saved = last.counters.savedBytes
    var text =
      "\(TextLayout.count(study.vms, "VM")) of \(ByteSize(study.bytesPerVM).argument):"
      + " after \(seconds(last.seconds)) merging has given back \(mebibytes(saved)) MiB,"
      + " \(percent(saved, all)) of the memory, less"
      + " \(mebibytes(saved - last.counters.generalProfit)) MiB of the kernel's records."
    text += " The most that this mix can give back is \(mebibytes(outcome.ceilingBytes)) MiB"
    if outcome.ceilingBytes == 0 {
      text += "."
    } else if let caughtUp = outcome.caughtUpSeconds {
      text += "; nine tenths of it were back after \(seconds(caughtUp))."
    } else {
      text += "; nine tenths of it are not back yet."
    }
    return text
  }

  /// What became of a fleet on a host, the diagnosis first.
  package static func text(_ report: MergingReport) -> String {
    let plain = text(report.study, report.outcome)
    guard let diagnosis = report.diagnosis else { return "\(report.title)\n\n" + plain }
    return PressureText.head(
      report.title, diagnosis.condition.rawValue, diagnosis.cause, diagnosis.findings,
      diagnosis.remedies) + "\n" + plain
  }

  private static let columns: [(head: String, width: Int)] = [
    ("seconds", 8), ("VMs", 5), ("scans", 6), ("shared", 9), ("sharing", 10), ("unshared", 10),
    ("volatile", 10), ("saved MiB", 11), ("CPU %", 7),
  ]

  /// The counters over time; a column is as wide as its longest number needs.
  private static func table(_ study: MergingStudy, _ outcome: MergingOutcome) -> [String] {
    let columns = Self.columns + (study.isHuge ? [(head: "2M", width: 4)] : [])
    let rows = [columns.map(\.head)] + outcome.samples.map { cells(study, $0) }
    let widths = columns.indices.map { column in
      max(columns[column].width, 1 + (rows.map { $0[column].count }.max() ?? 0))
    }
    return rows.map { row in
      zip(row, widths).map { TextLayout.right($0, $1) }.joined()
    }
  }

  private static func cells(_ study: MergingStudy, _ sample: MergingOutcome.Sample) -> [String] {
    let counters = sample.counters
    let whole = study.vms * study.pagesPerVM / 512
    return [
      grouped(Int(sample.seconds.rounded())), grouped(sample.vms), grouped(counters.fullScans),
      grouped(counters.pagesShared), grouped(counters.pagesSharing),
      grouped(counters.pagesUnshared), grouped(counters.pagesVolatile),
      mebibytes(counters.savedBytes), TextLayout.decimal(100 * sample.cpuShare, 1),
    ] + (study.isHuge ? [percentText(whole - sample.brokenHugePages, whole)] : [])
  }

  private static func assumptions(_ study: MergingStudy) -> [String] {
    let mix = study.mix
    let settings = study.settings
    var sentences = [
      "Of each VM's pages \(mix.zeroPercent) % are zeros, \(mix.commonPercent) % are the image's (of"
        + " which there \(mix.images == 1 ? "is 1" : "are \(mix.images)")), \(mix.volatilePercent) %"
        + " change between two visits, \(mix.ownPercent) % are there once and stay. All are in use"
        + " from the boot on. This is a mix to change, and no measurement.",
      "A visit costs \(TextLayout.decimal(Double(settings.cost.scanNanoseconds) / 1000, 1)) µs of CPU"
        + " time; the scanner sleeps \(settings.sleepMilliseconds) ms after"
        + (settings.advisor == nil
          ? " \(grouped(settings.pagesToScan)) \(settings.pagesToScan == 1 ? "page" : "pages"), so that it visits"
            + " \(grouped(Int(settings.pagesPerSecond.rounded()))) pages a second."
          : " each batch, whose size the advisor sets.")
        + " Source of the cost: \(settings.cost.source).",
      "“saved” is the kernel's pages_sharing and ksm_zero_pages, 4 KiB each; its records take"
        + " \(settings.cost.itemBytes) bytes for each tracked page.",
    ]
    if study.writesPerSecond > 0 {
      sentences.append(
        "Each VM writes to \(TextLayout.decimal(study.writesPerSecond, 1)) pages of zeros or of its image in"
          + " a second, at random; what is written is its own from then on."
          + (study.profile.map { " Their copies are priced by \($0.name)." } ?? ""))
    }
    if study.isHuge {
      sentences.append(
        "“2M” is the percentage of 2M pages that are still whole; nothing collapses them again.")
    }
    return sentences
  }

  /// A number with its digits in groups of three.
  private static func grouped(_ number: some BinaryInteger) -> String {
    let digits = PressureDiagnosis.count(UInt64(number.magnitude))
    return number < 0 ? "-" + digits : digits
  }

  private static func mebibytes(_ bytes: Int) -> String {
    grouped(Int((Double(bytes) / 1_048_576).rounded()))
  }

  private static func percent(_ part: Int, _ whole: Int) -> String {
    TextLayout.decimal(100 * Double(part) / Double(max(whole, 1)), 1) + " %"
  }

  private static func percentText(_ part: Int, _ whole: Int) -> String {
    TextLayout.decimal(100 * Double(part) / Double(max(whole, 1)), 0)
  }

  private static func seconds(_ seconds: Double) -> String {
    grouped(Int(seconds.rounded())) + " s"
  }
}
