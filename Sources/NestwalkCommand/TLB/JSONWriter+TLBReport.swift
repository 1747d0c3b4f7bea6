import Guests
import Paging
import Records
import Studies

extension JSONWriter {
  /// Writes a report on translation.
  mutating func value(_ report: TLBReport) {
    beginObject()
    member("core", report.study.core.name)
    member("guest", report.study.guest.rawValue)
    member("host", report.study.host.rawValue)
    member("placement", report.placement.rawValue)
    key("accesses")
    value(report.accesses)
    key("assumptions")
    value(report.study.latency)
    if let work = report.workCycles { member("workCyclesPerAccess", work) }
    key("outcomes")
    beginArray()
    for outcome in report.outcomes { value(outcome, share: report.share(outcome)) }
    endArray()
    if let measured = report.measured {
      key("measured")
      beginObject()
      member("misses", Int(measured.misses))
      member("cyclesPerMiss", measured.cyclesPerMiss)
      member("cycles", measured.cycles)
      member("seconds", measured.seconds)
      member("share", measured.share)
      endObject()
    }
    endObject()
  }

  private mutating func value(_ accesses: TLBReport.Accesses) {
    beginObject()
    switch accesses {
    case .workload(let name, let workload):
      member("pattern", name.rawValue)
      if case .stride(let bytes) = workload.pattern { member("strideBytes", Int(bytes)) }
      if case .zipf(let exponent) = workload.pattern { member("exponent", exponent) }
      member("footprintBytes", Int(workload.footprintBytes))
      member("elementBytes", Int(workload.elementBytes))
      member("writePercent", workload.writePercent)
      member("seed", Int(truncatingIfNeeded: workload.seed))
    case .trace(let file, let format):
      member("trace", file)
      if let format { member("traceFormat", format.rawValue) }
    }
    endObject()
  }

  private mutating func value(_ latency: MemoryLatency) {
    beginObject()
    member("name", latency.name)
    key("caches")
    beginArray()
    for cache in latency.caches {
      beginObject()
      member("name", cache.name)
      member("bytes", cache.bytes)
      member("ways", cache.ways)
      member("cycles", cache.cycles)
      endObject()
    }
    endArray()
    member("memoryCycles", latency.memoryCycles)
    member("secondLevelTLBCycles", latency.secondLevelTLBCycles)
    member("source", latency.source)
    endObject()
  }

  private mutating func value(_ outcome: TranslationOutcome, share: Double?) {
    beginObject()
    member("guestPageBytes", Int(outcome.pages.guest))
    if let host = outcome.pages.host { member("hostPageBytes", Int(host)) }
    member("accesses", outcome.accesses)
    member("firstLevelHits", outcome.firstLevelHits)
    member("secondLevelHits", outcome.secondLevelHits)
    member("misses", outcome.misses)
    member("missesPerAccess", outcome.missesPerAccess)
    member("reads", outcome.reads)
    member("readsPerMiss", outcome.readsPerMiss)
    member("uncachedReadsPerMiss", outcome.uncachedReads)
    key("readsByCache")
    beginArray()
    for reads in outcome.readsByCache { value(reads) }
    endArray()
    key("savings")
    beginObject()
    for saving in TLBReport.savings(outcome) {
      key(saving.key)
      beginObject()
      member("hits", saving.kind.hits)
      member("misses", saving.kind.misses)
      member("reads", saving.kind.reads)
      endObject()
    }
    endObject()
    member("walkCycles", outcome.walkCycles)
    member("secondLevelCycles", outcome.secondLevelCycles)
    member("cyclesPerMiss", outcome.cyclesPerMiss)
    member("medianWalkCycles", outcome.medianWalkCycles)
    member("slowWalkCycles", outcome.slowWalkCycles)
    member("cyclesPerAccess", outcome.cyclesPerAccess)
    if let share { member("share", share) }
    member("guestTableBytes", Int(outcome.guestTableBytes))
    member("hostTableBytes", Int(outcome.hostTableBytes))
    endObject()
  }
}
