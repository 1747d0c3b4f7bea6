package import HostMemory
package import Records
internal import Studies

extension PressureReport {
  /// The outcome as JSON: times in nanoseconds, sizes in bytes.
  package var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.value(self)
    writer.endLine()
    return writer.bytes
  }
}

extension JSONWriter {
  /// Writes what became of a pressure study.
  package mutating func value(_ report: PressureReport) {
    let outcome = report.outcome
    beginDiagnosed("nestwalk.pressure/1", report.title, scale: outcome.scale)
    key("diagnosis")
    diagnosed(
      report.diagnosis.condition.rawValue, report.diagnosis.cause, report.diagnosis.findings,
      report.diagnosis.remedies)
    member("policy", outcome.policy.rawValue)
    member("duration", outcome.duration)
    member("memory", outcome.memoryBytes)
    member("swap", outcome.swapBytes)
    member("workingSets", outcome.workingSetBytes)
    if let more = report.diagnosis.moreMemoryBytes { member("moreMemory", more) }
    member("leastFree", outcome.leastFreeBytes)
    member("lost", outcome.lost)
    member("majorFaultsPerSecond", outcome.majorRate)
    if let processors = outcome.processors {
      member("processors", processors)
      member("kswapdTime", outcome.kswapdNanoseconds)
      if let time = outcome.ksmdNanoseconds { member("ksmdTime", time) }
    }
    key("counters")
    value(outcome.counters)
    key("services")
    beginArray()
    for number in outcome.services.indices {
      value(
        outcome.services[number], outcome.warmUp(of: number),
        isQueued: outcome.processors != nil)
    }
    endArray()
    key("series")
    beginArray()
    for sample in outcome.samples {
      beginObject()
      member("at", sample.at)
      member("free", sample.freeBytes)
      member("swap", sample.swapBytes)
      member("majorFaults", sample.majorFaults)
      member("stalls", sample.stalls)
      member("kswapd", sample.isKswapdAwake)
      endObject()
    }
    endArray()
    endObject()
  }

  mutating func sentences(_ name: String, _ sentences: [String]) {
    key(name)
    beginArray()
    for sentence in sentences { value(sentence) }
    endArray()
  }

  private mutating func value(
    _ service: PressureOutcome.OfService, _ warmUp: PressureOutcome.WarmUp?,
    isQueued: Bool
  ) {
    beginObject()
    member("name", service.name)
    member("requests", service.requests)
    key("latency")
    beginObject()
    for (name, percentile) in [("p50", 50.0), ("p95", 95), ("p99", 99), ("max", 100)] {
      if let latency = service.latency(percentile: percentile) { member(name, latency) }
    }
    member("work", service.requestWork)
    endObject()
    key("time")
    times(service.time)
    key("growthTime")
    times(service.growthTime)
    if isQueued { member("queued", service.queuedNanoseconds) }
    member("workingSet", service.workingSetBytes)
    member("atStart", service.bytesAtStart)
    member("most", service.mostBytes)
    if let use = service.stageTwo {
      key("stageTwo")
      beginObject()
      member("violations", use.violations)
      member("major", use.major)
      member("accessFaults", use.accessFaults)
      member("aged", use.aged)
      member("zapped", use.zapped)
      member("flushes", use.flushes)
      member("time", use.nanoseconds)
      endObject()
    }
    if let at = service.killedAt { member("killedAt", at) }
    if let warmUp {
      member("mostMajorFaultsPerSecond", warmUp.mostRate)
      if let time = warmUp.nanoseconds { member("warmAfter", time) }
    }
    key("counters")
    value(service.counters)
    endObject()
  }

  private mutating func times(_ times: PressureOutcome.Times) {
    beginObject()
    member("work", times.work)
    member("faults", times.faults)
    member("reclaiming", times.reclaiming)
    member("writing", times.writing)
    member("reading", times.reading)
    member("throttled", times.throttled)
    endObject()
  }

  /// Writes reclaim's counters under the kernel's names.
  package mutating func value(_ counters: ReclaimCounters) {
    beginObject()
    for (name, count) in counters.named { member(name, count) }
    endObject()
  }
}
