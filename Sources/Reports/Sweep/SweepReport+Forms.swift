internal import Records
internal import Simulation
internal import Studies

extension SweepReport {
  /// The sweep as JSON: times in nanoseconds, sizes in bytes.
  package var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginObject()
    writer.member("schema", "nestwalk.sweep/1")
    writer.member("study", "boot-storm")
    writer.member("title", title)
    writer.key("fields")
    writer.beginArray()
    for field in fields { writer.value(field) }
    writer.endArray()
    writer.key("points")
    writer.beginArray()
    for row in rows { point(row, &writer) }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  private func point(_ row: Row, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("values")
    writer.beginObject()
    for (field, value) in zip(fields, row.values) { writer.member(field, value) }
    writer.endObject()
    switch row.figures {
    case .success(let figures):
      writer.member("half", Int(figures.half.nanoseconds))
      writer.member("ready", Int(figures.ready.nanoseconds))
      writer.member("allReady", Int(figures.allReady.nanoseconds))
      writer.member("memory", figures.usedBytes)
      writer.key("setUp")
      writer.value(figures.setUp.nanoseconds)
      writer.member("exits", figures.exits)
      if hasTarget { writer.member("met", row.isMet) }
    case .failure(let error): writer.member("failure", error.description)
    }
    writer.endObject()
  }

  /// The sweep as CSV, a line for each combination.
  package var csv: String {
    let figures = ["half_ns", "ready_ns", "all_ready_ns", "memory_bytes", "set_up_ns", "exits"]
    var text = (fields.map(\.asCell) + figures + ["met", "failure"]).joined(separator: ",") + "\n"
    for row in rows {
      var cells = row.values
      switch row.figures {
      case .success(let figures):
        cells += [
          "\(figures.half.nanoseconds)", "\(figures.ready.nanoseconds)",
          "\(figures.allReady.nanoseconds)", "\(figures.usedBytes)",
          "\(figures.setUp.nanoseconds)", "\(figures.exits)", "\(row.isMet)", "",
        ]
      case .failure(let error):
        cells += figures.map { _ in "" } + ["false", error.description]
      }
      text += cells.map(\.asCell).joined(separator: ",") + "\n"
    }
    return text
  }

  /// The sweep as a page that stands alone.
  package var page: String {
    var page = HTMLPage(title: title, answer: answer)
    var table = TextTable(
      fields + ["half ready", "ready", "all ready", "memory", "set-up", "faults"]
        + (hasTarget ? ["target"] : []))
    for row in rows {
      var cells = row.values
      switch row.figures {
      case .success(let figures):
        cells += [
          Self.time(figures.half), Self.time(figures.ready), Self.time(figures.allReady),
          StormReport.bytes(figures.usedBytes), Self.time(figures.setUp),
          StormReport.grouped(figures.exits),
        ]
      case .failure(let error): cells += ["-", "-", "-", Self.reason(error), "-", "-"]
      }
      if hasTarget { cells.append(row.isMet ? "met" : "missed") }
      table.add(cells, marked: hasTarget && row.isMet)
    }
    page.table(table)
    if !source.isEmpty {
      page.heading("The scenario")
      page.listing(source)
    }
    return page.text
  }
}
