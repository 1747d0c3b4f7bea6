internal import Costs
package import Records
internal import Simulation
internal import Studies

extension StormReport {
  /// The outcome as JSON: times in nanoseconds, sizes in bytes.
  public var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.value(self)
    writer.endLine()
    return writer.bytes
  }
}

extension JSONWriter {
  /// Writes what became of a storm.
  package mutating func value(_ report: StormReport) {
    let outcome = report.outcome
    beginOutcome(of: "boot-storm", report.title)
    member("mode", outcome.mode.rawValue)
    key("approximation")
    beginArray()
    endArray()
    key("cohortLimits")
    beginArray()
    for limit in outcome.limits { value(limit.description) }
    endArray()
    member("machines", report.storm.count)
    member("ready", report.ready)
    member("allReady", report.allReady)
    member("alone", report.alone)
    member("bareMetal", report.bareMetal)
    member("setUp", outcome.setUp)
    faults(report)
    key("time")
    beginObject()
    member("total", outcome.shares.total)
    member("components", outcome.shares)
    endObject()
    key("memory")
    beginObject()
    member("guestTables", report.guestTables)
    member("stage2Tables", report.stageTwoTables)
    member("vmmTables", report.processTables)
    member("frames", outcome.usedBytes - report.stageTwoTables)
    member("peak", outcome.usedBytes)
    member("host", report.storm.host.memoryBytes)
    endObject()
    resources(outcome)
    pageCache(outcome.pageCache)
    profile(report)
    if let verdict = report.verdict { target(report, verdict) }
    if let mitigations = report.mitigations {
      key("mitigations")
      value(MitigationReport(report, mitigations))
    }
    flavours(report)
    series(outcome)
    endObject()
  }

  // MARK: Parts

  private mutating func faults(_ report: StormReport) {
    let ledger = report.outcome.ledger
    key("faults")
    beginObject()
    member("all", report.faults)
    member("exits", ledger.exits)
    member("guest", ledger.faults(.guest))
    parts("missing", report.missing)
    parts("permission", report.permission)
    key("cascade")
    beginObject()
    member("faults", ledger.faults(.cascade))
    member("deepest", report.deepestCascade)
    key("histogram")
    beginArray()
    for count in report.cascadeHistogram { value(count) }
    endArray()
    endObject()
    member("mostPerSecond", Int(report.mostFaults.rounded()))
    endObject()
  }

  private mutating func parts(_ name: String, _ parts: [StormReport.FaultPart]) {
    key(name)
    beginObject()
    for part in parts { member(part.key, part.count) }
    endObject()
  }

  private mutating func resources(_ outcome: StormOutcome) {
    key("locks")
    beginArray()
    // Where one processor of a machine runs, nobody asks for its lock.
    for (name, use) in [("frames", outcome.frameLock), ("machines", outcome.machineLocks)]
    where name == "frames" || use.acquisitions > 0 {
      beginObject()
      member("name", name)
      member("acquisitions", use.acquisitions)
      member("contended", use.contended)
      member("held", use.held)
      member("waited", use.waited)
      endObject()
    }
    endArray()
    words(outcome)
    key("devices")
    beginArray()
    for (name, use) in [("storage", outcome.storage), ("network", outcome.network)] {
      beginObject()
      member("name", name)
      member("requests", use.requests)
      member("bytes", Int(use.bytes))
      member("queued", use.queued)
      member("busy", use.busy)
      endObject()
    }
    endArray()
  }

  /// How the words of locks were used that processors of one machine pass, where any do.
  private mutating func words(_ outcome: StormOutcome) {
    let all = [("machines", outcome.machineWords), ("processes", outcome.processWords)]
    guard all.contains(where: { $0.1.writes > 0 }) else { return }
    key("words")
    beginArray()
    for (name, use) in all {
      beginObject()
      member("name", name)
      member("writes", use.writes)
      member("transfers", use.transfers)
      member("moving", use.moving)
      member("waited", use.waited)
      endObject()
    }
    endArray()
  }

  /// How machines shared what was read of a snapshot, where any do.
  private mutating func pageCache(_ use: PageCacheUse) {
    guard use.asked > 0 else { return }
    key("pageCache")
    beginObject()
    member("readings", use.readings.count)
    member("bytes", Int(use.bytes))
    member("asked", use.asked)
    member("found", use.found)
    member("awaited", use.awaited)
    member("waited", use.waited)
    endObject()
  }

  private mutating func profile(_ report: StormReport) {
    let bill = report.outcome.bill
    key("profile")
    beginObject()
    member("name", report.storm.profile.name)
    if let weakest = bill.weakest { member("grade", weakest.rawValue) }
    key("price")
    range(bill.total)
    key("components")
    beginArray()
    for row in report.costRows {
      beginObject()
      member("component", row.component.name)
      member("amount", row.amount)
      key("price")
      range(row.cost)
      member("grade", row.source.grade.rawValue)
      if let name = row.source.row { member("row", name) }
      endObject()
    }
    endArray()
    endObject()
  }

  private mutating func target(_ report: StormReport, _ verdict: String) {
    key("target")
    beginObject()
    if let ready = report.target.ready {
      member("ready", ready)
      member("percentile", report.target.percentile)
    }
    if let memory = report.target.memoryBytes { member("memory", memory) }
    member("met", report.misses.isEmpty)
    member("verdict", verdict)
    endObject()
  }

  private mutating func flavours(_ report: StormReport) {
    key("flavours")
    beginArray()
    for flavour in report.outcome.flavours {
      beginObject()
      member("name", flavour.name)
      member("count", flavour.count)
      if report.storm.fleet.contains(where: { $0.variation != nil }) {
        member("kinds", flavour.kinds)
      }
      member("ready", flavour.ready)
      member("alone", flavour.alone)
      member("bareMetal", flavour.bareMetal)
      member("exits", flavour.ledger.exits)
      member("memory", flavour.usedBytes)
      member("stage2Tables", flavour.tableBytes)
      endObject()
    }
    endArray()
  }

  private mutating func series(_ outcome: StormOutcome) {
    key("series")
    beginObject()
    member("bin", outcome.series.bin)
    key("faults")
    beginObject()
    for kind in FaultKind.allCases {
      key("\(kind)")
      beginArray()
      for count in outcome.faults(of: kind) { value(Int(count)) }
      endArray()
    }
    endObject()
    key("memory")
    beginArray()
    for bytes in outcome.committedBytes { value(bytes) }
    endArray()
    endObject()
  }

  // MARK: Values

  private mutating func member(_ name: String, _ duration: VirtualDuration) {
    member(name, Int(duration.nanoseconds))
  }

  private mutating func member(_ name: String, _ total: TotalTime) {
    key(name)
    value(total.nanoseconds)
  }

  private mutating func member(_ name: String, _ times: Distribution) {
    key(name)
    beginObject()
    member("min", times.least)
    member("p50", times.percentile(50))
    member("p95", times.percentile(95))
    member("p99", times.percentile(99))
    member("max", times.most)
    endObject()
  }

  private mutating func member(_ name: String, _ shares: TimeShares) {
    key(name)
    beginObject()
    for share in TimeShare.allCases { member(share.name, shares[share]) }
    endObject()
  }

  /// A cost with its range, in whole nanoseconds.
  private mutating func range(_ cost: CostRange) {
    beginObject()
    for (name, value) in [("low", cost.low), ("likely", cost.likely), ("high", cost.high)] {
      member(name, UInt64(clamping: (value + 500_000) / 1_000_000))
    }
    endObject()
  }
}
