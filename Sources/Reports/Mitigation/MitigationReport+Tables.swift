internal import Records
internal import Simulation
internal import Studies

extension MitigationReport {
  /// The mitigations as a table of a page; those that none beats stand out.
  package var table: TextTable {
    let headings = [
      "policy", "\(storm.percentileName) ready", "all ready", "memory", "set-up",
    ]
    var table = TextTable(headings + (hasTarget ? ["target"] : []))
    for result in outcome.results {
      // Rows that stand out by colour alone would be lost on paper.
      var cells = [(result.isUnbeaten ? "* " : "") + Self.settings(result)]
      var isMet = false
      switch result.figures {
      case .success(let figures):
        cells += [
          storm.time(figures.ready), storm.time(figures.allReady),
          StormReport.bytes(figures.usedBytes), storm.time(figures.setUp),
        ]
        isMet = figures.misses.isEmpty
      case .failure(let error): cells += ["-", "-", reason(error), "-"]
      }
      if hasTarget { cells.append(isMet ? "met" : "missed") }
      table.add(cells, marked: result.isUnbeaten)
    }
    return table
  }

  /// The mitigations as CSV, a line for each.
  package var csv: String {
    var text =
      "mitigation,policy,ready_ns,all_ready_ns,memory_bytes,set_up_ns,unbeaten,met,failure\n"
    for result in outcome.results {
      var cells = [result.mitigation.name, Self.settings(result)]
      switch result.figures {
      case .success(let figures):
        cells += [
          "\(figures.ready.nanoseconds)", "\(figures.allReady.nanoseconds)",
          "\(figures.usedBytes)", "\(figures.setUp.nanoseconds)", "\(result.isUnbeaten)",
          "\(figures.misses.isEmpty)", "",
        ]
      case .failure(let error): cells += ["", "", "", "", "false", "false", error.description]
      }
      text += cells.map(\.asCell).joined(separator: ",") + "\n"
    }
    return text
  }
}

extension JSONWriter {
  /// Writes what each mitigation makes of a storm.
  mutating func value(_ report: MitigationReport) {
    beginObject()
    member("advice", report.answer)
    if let note = report.note { member("note", note) }
    if let place = report.outcome.cheapest {
      member("cheapest", MitigationReport.settings(report.outcome.results[place]))
    }
    if let place = report.outcome.earliest {
      member("earliest", MitigationReport.settings(report.outcome.results[place]))
    }
    key("results")
    beginArray()
    for result in report.outcome.results { self.result(result, of: report) }
    endArray()
    key("notModelled")
    beginArray()
    for text in MitigationOutcome.unmodelled { value(text) }
    endArray()
    endObject()
  }

  private mutating func result(_ result: MitigationResult, of report: MitigationReport) {
    beginObject()
    member("name", result.mitigation.name)
    key("policy")
    beginObject()
    for setting in result.mitigation.policy.settings { member(setting.field, setting.value) }
    endObject()
    switch result.figures {
    case .success(let figures):
      member("ready", Int(figures.ready.nanoseconds))
      member("allReady", Int(figures.allReady.nanoseconds))
      member("memory", figures.usedBytes)
      key("setUp")
      value(figures.setUp.nanoseconds)
      member("unbeaten", result.isUnbeaten)
      if report.hasTarget { member("met", figures.misses.isEmpty) }
    case .failure(let error): member("failure", error.description)
    }
    endObject()
  }
}

extension String {
  /// The text as a cell of a CSV file (RFC 4180).
  var asCell: String {
    guard contains(where: { ",\"\r\n".contains($0) }) else { return self }
    let doubled = split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
    return "\"\(doubled)\""
  }
}
