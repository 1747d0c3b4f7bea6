internal import Records
internal import Simulation
internal import Studies

extension MigrationReport {
  /// What happened when as Trace Event JSON: a row for each machine, and the told one's figures.
  package var timeline: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("displayTimeUnit", "ms")
    writer.key("otherData")
    writer.beginObject()
    writer.member("title", title)
    writer.member("countersOfMachine", told + 1)
    writer.endObject()
    writer.key("traceEvents")
    writer.beginArray()
    writer.threadName("process_name", 0, "migration")
    for (number, machine) in fleet.machines.enumerated() {
      let start = fleet.starts[number]
      writer.threadName("thread_name", number, "machine \(number + 1)")
      writer.slice("migration", number, start, machine.total)
      writer.slice("start of the log", number, start, machine.setup)
      for (round, part) in machine.rounds.enumerated() {
        writer.slice("round \(round + 1)", number, start + part.start, part.picoseconds)
      }
      if let last = machine.last, let downtime = machine.downtime {
        writer.slice("stopped", number, start + last.start, downtime)
        if machine.end == .postcopy {
          let from = last.start + downtime
          writer.slice("pages follow", number, start + from, max(0, machine.total - from))
        }
      }
    }
    counters(&writer)
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  private func counters(_ writer: inout JSONWriter) {
    let series = outcome.series
    let start = fleet.starts[told]
    let seconds = Double(series.bin.picoseconds) / 1e12
    let speed = series.speed
    let dirtied = series.values(.dirtied)
    let sent = series.values(.sent)
    for bin in speed.indices {
      let at = start + series.bin.picoseconds * Int64(bin)
      writer.counter("guest's speed", at, "percent", speed[bin] * 100)
      writer.counter("dirtied", at, "bytes/s", Double(dirtied[bin]) * 4096 / seconds)
      writer.counter("sent", at, "bytes/s", Double(sent[bin]) / seconds)
    }
  }
}

extension JSONWriter {
  private mutating func event(_ phase: String, _ name: String, _ picoseconds: Int64) {
    beginObject()
    member("ph", phase)
    member("name", name)
    member("pid", 0)
    key("ts")
    decimal(Double(picoseconds) / 1e6, places: 3)
  }

  fileprivate mutating func threadName(_ what: String, _ thread: Int, _ name: String) {
    event("M", what, 0)
    member("tid", thread)
    key("args")
    beginObject()
    member("name", name)
    endObject()
    endObject()
  }

  fileprivate mutating func slice(
    _ name: String, _ thread: Int, _ start: Int64, _ duration: Int64
  ) {
    event("X", name, start)
    member("tid", thread)
    key("dur")
    decimal(Double(duration) / 1e6, places: 3)
    endObject()
  }

  fileprivate mutating func counter(
    _ name: String, _ at: Int64, _ unit: String, _ value: Double
  ) {
    event("C", name, at)
    key("args")
    beginObject()
    key(unit)
    decimal(value, places: 3)
    endObject()
    endObject()
  }
}
