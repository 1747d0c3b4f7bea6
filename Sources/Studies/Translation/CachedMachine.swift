import Guests
import Paging

/// A machine of one architecture.
final class CachedMachine<Translator: Processor & ~Copyable>: StudiedMachine {
  private let study: TranslationStudy
  private var memory: StudiedMemory
  private let processor: Translator
  private var caches: TranslationCaches
  private var dataCaches: DataCaches
  private var places = WalkPlaces()
  private var histogram = CycleHistogram()
  private var counts: TranslationOutcome
  private var warmUp: Int
  /// What the walk caches had saved by the end of the warm-up.
  private var earlier = CacheSavings()
  private(set) var latestCount = 0

  init(
    _ study: TranslationStudy, _ pages: PagePair, _ memory: consuming StudiedMemory,
    _ processor: consuming Translator
  ) {
    self.study = study
    self.memory = memory
    self.processor = processor
    caches = TranslationCaches(study.core)
    dataCaches = DataCaches(study.latency)
    counts = TranslationOutcome(pages)
    warmUp = study.warmUp
  }

  func map(_ address: GuestVirtual, bytes: UInt64) throws(TranslationStudyError) {
    try memory.map(address, bytes: bytes)
  }

  func make(_ accesses: [TraceAccess], onDemand: Bool) throws(TranslationStudyError) {
    latestCount = 0
    for access in accesses {
      let last = access.address + (access.bytes &- 1)
      // An access across the boundary of a page is two translations.
      if (access.address.value ^ last.value) >> 12 == 0 {
        try translate(access.address, access.kind, onDemand: onDemand)
      } else {
        try translate(access.address, access.kind, onDemand: onDemand)
        try translate(last, access.kind, onDemand: onDemand)
      }
      latestCount &+= 1
    }
  }

  @inline(__always)
  private func translate(
    _ address: GuestVirtual, _ kind: Access.Kind, onDemand: Bool
  ) throws(TranslationStudyError) {
    if onDemand { try memory.demand(address) }
    let found: CachedTranslation
    do {
      found = try processor.translate(
        address, Access(kind), in: &memory.memory, through: &caches, observer: &places)
    } catch {
      throw .fault(error)
    }
    counts.accesses &+= 1
    switch found.origin {
    case .firstLevel: counts.firstLevelHits &+= 1
    case .secondLevel:
      counts.secondLevelHits &+= 1
      counts.secondLevelCycles &+= study.latency.secondLevelTLBCycles
    case .walk: countWalk(found)
    }
    dataCaches.touch(found.hostPhysical.value)
    if warmUp > 0 { countDown() }
  }

  private func countWalk(_ found: CachedTranslation) {
    var cycles = 0
    for number in 0..<places.count { cycles += dataCaches.read(places[number].value) }
    counts.misses &+= 1
    counts.reads &+= places.count
    counts.walkCycles &+= cycles
    histogram.add(cycles)
  }

  /// Counts an access of the warm-up, and starts anew after the last.
  private func countDown() {
    warmUp -= 1
    guard warmUp == 0 else { return }
    counts = TranslationOutcome(counts.pages)
    histogram.reset()
    dataCaches.resetCounts()
    earlier = caches.counters.savings
  }

  var outcome: TranslationOutcome {
    var outcome = counts
    outcome.uncachedReads = study.uncachedReads(counts.pages) ?? 0
    outcome.readsByCache = dataCaches.answers
    outcome.medianWalkCycles = histogram.percentile(50)
    outcome.slowWalkCycles = histogram.percentile(99)
    outcome.guestTableBytes = memory.guestTableBytes
    outcome.hostTableBytes = memory.hostTableBytes
    outcome.savings = caches.counters.savings.since(earlier)
    return outcome
  }
}
