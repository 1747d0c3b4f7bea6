package import Records
package import Studies

/// A study of processes and what became of it, for all forms in which it is told.
package struct ProcessReport: Sendable {
  /// What it is about, in a line.
  package let title: String
  /// What became of it.
  package let outcome: ProcessOutcome
  /// What a person would say of it.
  package let diagnosis: ProcessDiagnosis
  /// The text that it was read from, if any.
  package let source: String

  /// The report of an outcome.
  package init(_ title: String, _ outcome: ProcessOutcome, source: String = "") {
    self.title = title
    self.outcome = outcome
    self.source = source
    diagnosis = ProcessDiagnosis(outcome)
  }

  /// The outcome over time, a line for each moment.
  package var csv: String {
    var text = "at_ns,guest_free_bytes,stage2_bytes,swap_bytes,writes,copies,major_faults\n"
    for sample in outcome.samples {
      text +=
        "\(sample.at),\(sample.guestFreeBytes),\(sample.stageTwoBytes),\(sample.swapBytes),"
        + "\(sample.writes),\(sample.copies),\(sample.majorFaults)\n"
    }
    return text
  }

  /// The outcome as JSON: times in nanoseconds, sizes in bytes.
  package var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.value(self)
    writer.endLine()
    return writer.bytes
  }

  /// The outcome as a page that stands alone.
  package var page: String {
    var page = HTMLPage(title: title, answer: diagnosis.cause)
    page.figures([
      ("condition", diagnosis.condition.rawValue),
      ("copied", PressureDiagnosis.size(outcome.copiedBytes)),
      ("guest free at least", PressureDiagnosis.size(outcome.leastGuestFree)),
      ("second stage at most", PressureDiagnosis.size(outcome.mostStageTwo)),
      ("major faults", PressureDiagnosis.rate(outcome.majorRate) + "/s"),
    ])
    for sentence in diagnosis.findings { page.paragraph(sentence) }
    page.heading("What could be done")
    for sentence in diagnosis.remedies { page.paragraph(sentence) }
    page.heading("Over time")
    page.chart(
      TimeChart(
        "Memory", summary: "What the guest has left, and what the second stage maps.", .bytes,
        .lines, binNanoseconds: Double(max(outcome.duration / 200, 1)),
        [
          TimeChart.Series(
            "guest free", outcome.samples.map { Double($0.guestFreeBytes) }),
          TimeChart.Series(
            "second stage", outcome.samples.map { Double($0.stageTwoBytes) }),
          TimeChart.Series("swap", outcome.samples.map { Double($0.swapBytes) }),
        ]))
    page.chart(
      CurveChart(
        "Copies against writes",
        summary: "The memory of copies, by how many writes there were since the start.", .count,
        .bytes, headings: ["writes", "copied"],
        outcome.samples.map { (x: Double($0.writes), y: Double($0.copies * 4096)) }))
    for map in ProcessText.shownMaps(outcome) {
      page.heading("Who maps what, \(map.moment)")
      page.table(ProcessText.table(map))
    }
    page.heading("Processes")
    var table = TextTable(ProcessText.columns)
    for process in outcome.processes { table.add(ProcessText.row(process)) }
    page.table(table)
    if !source.isEmpty {
      page.heading("The scenario")
      page.listing(source)
    }
    return page.text
  }
}

extension JSONWriter {
  /// Writes what became of a study of processes.
  package mutating func value(_ report: ProcessReport) {
    let outcome = report.outcome
    beginDiagnosed("nestwalk.processes/1", report.title, scale: outcome.scale)
    key("diagnosis")
    diagnosed(
      report.diagnosis.condition.rawValue, report.diagnosis.cause, report.diagnosis.findings,
      report.diagnosis.remedies)
    member("duration", outcome.duration)
    member("memory", outcome.hostBytes)
    member("swap", outcome.swapBytes)
    member("guest", outcome.guestBytes)
    member("guestFreeAtStart", outcome.guestFreeAtStart)
    member("leastGuestFree", outcome.leastGuestFree)
    member("guestFreeAtEnd", outcome.guestFreeAtEnd)
    member("stageTwoAtStart", outcome.stageTwoAtStart)
    member("mostStageTwo", outcome.mostStageTwo)
    member("stageTwoAtEnd", outcome.stageTwoAtEnd)
    member("mostNeeded", outcome.mostNeeded)
    member("copied", outcome.copiedBytes)
    member("swapOuts", outcome.swapOuts)
    member("majorFaultsPerSecond", outcome.majorRate)
    if let at = outcome.hostKilledAt { member("hostKilledAt", at) }
    member("profile", outcome.profile)
    key("processes")
    beginArray()
    for process in outcome.processes { value(process) }
    endArray()
    key("maps")
    beginArray()
    for map in outcome.maps { value(map) }
    endArray()
    key("series")
    beginArray()
    for sample in outcome.samples {
      beginObject()
      member("at", sample.at)
      member("guestFree", sample.guestFreeBytes)
      member("stageTwo", sample.stageTwoBytes)
      member("swap", sample.swapBytes)
      member("writes", sample.writes)
      member("copies", sample.copies)
      member("majorFaults", sample.majorFaults)
      endObject()
    }
    endArray()
    endObject()
  }

  private mutating func value(_ process: ProcessOutcome.OfProcess) {
    beginObject()
    member("name", process.name)
    if let parent = process.parent { member("forkedFrom", parent) }
    member("count", process.count)
    member("requests", process.requests)
    key("latency")
    beginObject()
    for (name, percentile) in [("p50", 50.0), ("p95", 95), ("p99", 99), ("max", 100)] {
      if let latency = process.latency(percentile: percentile) { member(name, latency) }
    }
    member("work", process.requestWork)
    endObject()
    member("work", process.work)
    member("faultTime", process.faultTime)
    member("workingSet", process.workingSetBytes)
    member("writes", process.writes)
    member("minorFaults", process.minorFaults)
    member("copyFaults", process.copyFaults)
    member("copies", process.copies)
    member("exits", process.exits)
    member("majorFaults", process.majorFaults)
    if let at = process.endedAt { member("endedAt", at) }
    if let at = process.killedAt { member("killedAt", at) }
    endObject()
  }

  private mutating func value(_ map: ProcessOutcome.Map) {
    beginObject()
    member("at", map.at)
    member("moment", map.moment)
    member("used", map.usedBytes)
    key("processes")
    beginArray()
    for row in map.rows {
      beginObject()
      member("name", row.name)
      member("rss", row.residentBytes)
      member("pss", row.proportionalBytes)
      member("private", row.privateBytes)
      member("shared", row.sharedBytes)
      endObject()
    }
    endArray()
    endObject()
  }
}
