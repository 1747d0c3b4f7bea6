internal import HostMemory
package import Studies

/// A pressure study and what became of it, for all forms in which it is told.
package struct PressureReport: Sendable {
  /// What it is about, in a line.
  package let title: String
  /// What happened.
  package let study: PressureStudy
  /// What became of it.
  package let outcome: PressureOutcome
  /// What a person would say of it.
  package let diagnosis: PressureDiagnosis

  /// The text that it was read from, if any.
  package let source: String

  /// The report of a study.
  package init(
    _ title: String, _ study: PressureStudy, _ outcome: PressureOutcome, source: String = ""
  ) {
    self.source = source
    self.title = title
    self.study = study
    self.outcome = outcome
    diagnosis = PressureDiagnosis(outcome)
  }

  /// The outcome over time, a line for each moment.
  package var csv: String {
    var text = "at_ns,free_bytes,swap_bytes,major_faults,stalls,kswapd\n"
    for sample in outcome.samples {
      text +=
        "\(sample.at),\(sample.freeBytes),\(sample.swapBytes),\(sample.majorFaults),"
        + "\(sample.stalls),\(sample.isKswapdAwake ? 1 : 0)\n"
    }
    return text
  }

  /// The outcome as a page that stands alone.
  package var page: String {
    var page = HTMLPage(title: title, answer: diagnosis.cause)
    page.figures([
      ("condition", diagnosis.condition.rawValue),
      ("lost to memory", PressureDiagnosis.percent(outcome.lost)),
      ("major faults", PressureDiagnosis.rate(outcome.majorRate) + "/s"),
      ("working sets", PressureDiagnosis.size(outcome.workingSetBytes)),
      ("memory", PressureDiagnosis.size(outcome.memoryBytes)),
    ])
    for sentence in diagnosis.findings { page.paragraph(sentence) }
    page.heading("What could be done")
    for sentence in diagnosis.remedies { page.paragraph(sentence) }
    page.heading("Over time")
    let bin = Double(max(outcome.duration / 200, 1))
    page.chart(
      TimeChart(
        "Memory", summary: "Free memory and swap in use.", .bytes, .lines, binNanoseconds: bin,
        [
          TimeChart.Series("free", outcome.samples.map { Double($0.freeBytes) }),
          TimeChart.Series("swap", outcome.samples.map { Double($0.swapBytes) }),
        ]))
    page.chart(
      TimeChart(
        "Major faults", summary: "In a second.", .rate, .lines, binNanoseconds: bin,
        [
          TimeChart.Series(
            "major faults", outcome.samples.map { Double($0.majorFaults) * 1e9 / bin })
        ]))
    page.heading("Services")
    var table = TextTable(PressureText.columns)
    for service in outcome.services { table.add(PressureText.row(service)) }
    page.table(table)
    if !source.isEmpty {
      page.heading("The scenario")
      page.listing(source)
    }
    return page.text
  }
}
