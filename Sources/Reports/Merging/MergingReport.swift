internal import Console
internal import HostMemory
package import Records
package import Studies

/// A fleet whose memory is merged and what became of it, for all forms in which it is told.
package struct MergingReport: Sendable {
  /// What it is about, in a line.
  package let title: String
  /// The fleet.
  package let study: MergingStudy
  /// What became of it.
  package let outcome: MergingOutcome
  /// What a person would say of it, if the host's memory is known.
  package let diagnosis: MergingDiagnosis?
  /// The text that it was read from, if any.
  package let source: String

  /// The report of a study.
  package init(
    _ title: String, _ study: MergingStudy, _ outcome: MergingOutcome, source: String = ""
  ) {
    self.title = title
    self.study = study
    self.outcome = outcome
    self.source = source
    diagnosis = MergingDiagnosis(outcome)
  }

  /// The outcome over time, a line for each moment.
  package var csv: String {
    var text = "seconds,vms,needed_bytes,saved_bytes,cpu_share,copies,pages_to_scan,"
    text += MergingText.names.joined(separator: ",") + "\n"
    for sample in outcome.samples {
      text +=
        "\(sample.seconds),\(sample.vms),\(sample.neededBytes),\(sample.counters.savedBytes),"
        + "\(sample.cpuShare),\(sample.breaks),\(sample.pagesToScan),"
      text += sample.counters.named.map { "\($0.value)" }.joined(separator: ",") + "\n"
    }
    return text
  }

  /// The outcome as JSON: sizes in bytes.
  package var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.value(self)
    writer.endLine()
    return writer.bytes
  }

  /// The outcome as a page that stands alone.
  package var page: String {
    var page = HTMLPage(title: title, answer: diagnosis?.cause ?? title)
    page.figures([
      ("condition", diagnosis?.condition.rawValue ?? "-"),
      ("memory of all VMs", PressureDiagnosis.size(outcome.bytesOfVMs)),
      ("given back", PressureDiagnosis.size(UInt64(max(outcome.savedBytes, 0)))),
      ("most needed", PressureDiagnosis.size(outcome.mostNeededBytes)),
      ("scanner", PressureDiagnosis.percent(outcome.cpuShare) + " of a CPU"),
      ("copies by writes", PressureDiagnosis.count(outcome.breaks)),
    ])
    for sentence in diagnosis?.findings ?? [] { page.paragraph(sentence) }
    page.heading("What could be done")
    for sentence in diagnosis?.remedies ?? [] { page.paragraph(sentence) }
    page.heading("Over time")
    let bin = outcome.seconds * 1e9 / Double(max(outcome.samples.count, 1))
    page.chart(
      TimeChart(
        "Memory", summary: "What the VMs need, and what merging has given back.", .bytes, .lines,
        binNanoseconds: bin,
        [
          TimeChart.Series("needed", outcome.samples.map { Double($0.neededBytes) }),
          TimeChart.Series("given back", outcome.samples.map { Double($0.counters.savedBytes) }),
        ]))
    page.chart(
      TimeChart(
        "The scanner", summary: "The part of one CPU that it takes.", .share, .lines,
        binNanoseconds: bin, [TimeChart.Series("CPU", outcome.samples.map(\.cpuShare))]))
    page.chart(
      TimeChart(
        "Copies", summary: "Writes to shared pages in a second.", .rate, .lines,
        binNanoseconds: bin,
        [TimeChart.Series("copies", outcome.samples.map { Double($0.breaks) * 1e9 / bin })]))
    if !source.isEmpty {
      page.heading("The scenario")
      page.listing(source)
    }
    return page.text
  }
}

extension JSONWriter {
  /// Writes what became of a fleet on a host.
  package mutating func value(_ report: MergingReport) {
    let outcome = report.outcome
    beginObject()
    member("schema", "nestwalk.merging/1")
    member("title", report.title)
    if let diagnosis = report.diagnosis {
      key("diagnosis")
      diagnosed(
        diagnosis.condition.rawValue, diagnosis.cause, diagnosis.findings, diagnosis.remedies)
    }
    if let host = outcome.hostBytes { member("memory", host) }
    member("bytesOfVMs", outcome.bytesOfVMs)
    member("mostNeeded", outcome.mostNeededBytes)
    member("mostNeededSeconds", outcome.mostNeededSeconds)
    member("shortSeconds", outcome.shortSeconds)
    member("cpuShare", outcome.cpuShare)
    key("faults")
    beginObject()
    member("firstTouches", outcome.firstTouches)
    member("copies", outcome.breaks)
    if let nanoseconds = outcome.breakNanoseconds { member("copyNanoseconds", nanoseconds) }
    endObject()
    if let use = outcome.processorUse {
      key("processors")
      beginObject()
      member("count", use.processors)
      member("workSeconds", use.workSeconds)
      member("scannerSeconds", use.scannerSeconds)
      // Who has no work is ready when it boots: nobody waited for that.
      if use.workSeconds > 0 {
        member("queuedSeconds", use.queuedSeconds)
        key("readySeconds")
        beginArray()
        for seconds in use.readySeconds { value(seconds) }
        endArray()
      }
      endObject()
    }
    key("merging")
    value(report.study, outcome)
    endObject()
  }
}
