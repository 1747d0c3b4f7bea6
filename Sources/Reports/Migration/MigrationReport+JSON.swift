internal import Costs
internal import Hypervisor
package import Records
internal import Simulation
package import Studies

extension MigrationReport {
  /// The outcome as JSON: times in whole nanoseconds, sizes in bytes.
  package var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginObject()
    writer.member("schema", "nestwalk.migration/1")
    writer.member("title", title)
    writer.member("answer", answer)
    writer.member("machinesMoved", fleet.moved)
    writer.nanoseconds("total", fleet.total)
    writer.member("bytes", fleet.bytes)
    writer.key("machines")
    writer.beginArray()
    for (number, machine) in fleet.machines.enumerated() {
      writer.beginObject()
      writer.nanoseconds("start", fleet.starts[number])
      writer.members(of: machine)
      writer.endObject()
    }
    writer.endArray()
    writer.key("series")
    writer.value(outcome.series)
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  /// What happens over time, a line for each moment.
  package var csv: String {
    let series = outcome.series
    let speed = series.speed
    var text = "at_ns,speed,writes,dirtied,sent_bytes\n"
    let writes = series.values(.writes)
    let dirtied = series.values(.dirtied)
    let sent = series.values(.sent)
    for bin in speed.indices {
      let at = series.bin.nanoseconds * Int64(bin)
      text +=
        "\(at),\(Measure.decimal(speed[bin], 6)),\(writes[bin]),\(dirtied[bin]),\(sent[bin])\n"
    }
    return text
  }
}

extension JSONWriter {
  /// Writes a time as whole nanoseconds.
  fileprivate mutating func nanoseconds(_ name: String, _ picoseconds: Int64) {
    member(name, Int(MigrationReport.nanoseconds(picoseconds)))
  }

  /// Writes what became of a machine, as members of an object.
  package mutating func members(of outcome: MigrationOutcome) {
    member("end", outcome.end.rawValue)
    nanoseconds("total", outcome.total)
    if let downtime = outcome.downtime { nanoseconds("downtime", downtime) }
    nanoseconds("setup", outcome.setup)
    key("lost")
    decimal(outcome.lost, places: 6)
    member("bytes", outcome.bytes)
    member("writes", outcome.writes)
    member("lostPages", outcome.lostPages)
    key("faults")
    faults(outcome.ledger)
    key("log")
    beginObject()
    member("flagsWrittenDown", outcome.dirty.transitions)
    member("logFullExits", outcome.dirty.logFullExits)
    member("ringFullExits", outcome.dirty.ringFullExits)
    member("kicks", outcome.dirty.kicks)
    endObject()
    key("rounds")
    beginArray()
    for round in outcome.rounds { value(round) }
    endArray()
    if let last = outcome.last {
      key("stopped")
      value(last)
    }
    guard let arrival = outcome.arrival else { return }
    key("arrival")
    beginObject()
    member("missing", arrival.missing)
    member("requests", arrival.requests)
    member("awaited", arrival.awaited)
    member("streamed", arrival.streamed)
    member("bytes", arrival.bytes)
    nanoseconds("complete", arrival.complete)
    key("latency")
    beginObject()
    for (name, percentile) in [("p50", 50.0), ("p95", 95), ("p99", 99), ("max", 100)] {
      nanoseconds(name, arrival.latencies.percentile(percentile).picoseconds)
    }
    endObject()
    key("faults")
    faults(arrival.ledger)
    endObject()
  }

  private mutating func faults(_ ledger: Ledger) {
    beginObject()
    for kind in FaultKind.allCases { member("\(kind)", ledger.faults(kind)) }
    endObject()
  }

  private mutating func value(_ round: PrecopyRound) {
    beginObject()
    nanoseconds("start", round.start)
    nanoseconds("sending", round.sending)
    nanoseconds("logging", round.logging)
    member("pages", round.pages)
    member("zeroPages", round.zeroPages)
    member("samePages", round.samePages)
    member("bytes", round.bytes)
    member("dirtied", round.dirtied)
    member("writes", round.writes)
    member("faults", round.faults)
    nanoseconds("expectedDowntime", round.expectedDowntime)
    member("throttlePercent", round.throttlePercent)
    member("dirtyLimit", round.hasDirtyLimit)
    endObject()
  }

  fileprivate mutating func value(_ series: MigrationSeries) {
    let speed = series.speed
    let writes = series.values(.writes)
    let dirtied = series.values(.dirtied)
    let sent = series.values(.sent)
    beginArray()
    for bin in speed.indices {
      beginObject()
      member("at", Int(series.bin.nanoseconds) * bin)
      key("speed")
      decimal(speed[bin], places: 6)
      member("writes", Int(writes[bin]))
      member("dirtied", Int(dirtied[bin]))
      member("sentBytes", Int(sent[bin]))
      endObject()
    }
    endArray()
  }
}
