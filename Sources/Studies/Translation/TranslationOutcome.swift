public import Paging

/// What the translations of a workload's accesses came to, for one pair of page sizes.
public struct TranslationOutcome: Sendable, Hashable {
  /// The sizes of page.
  public var pages: PagePair
  /// The accesses that were counted.
  public var accesses = 0
  /// The accesses that the first-level TLB answered.
  public var firstLevelHits = 0
  /// The accesses that the second-level TLB answered.
  public var secondLevelHits = 0
  /// The accesses that needed a walk.
  public var misses = 0
  /// The table reads of all walks.
  public var reads = 0
  /// The table reads of a walk without any cache.
  public var uncachedReads = 0
  /// The table reads by the data cache that had the line, and those from memory last.
  public var readsByCache: [Int] = []
  /// The cycles of all walks.
  public var walkCycles = 0
  /// The cycles that accesses waited for the second-level TLB.
  public var secondLevelCycles = 0
  /// The cycles of a walk that half of all walks need at most.
  public var medianWalkCycles = 0
  /// The cycles of a walk that 99 of 100 walks need at most.
  public var slowWalkCycles = 0
  /// What each kind of the core's walk caches has saved.
  public var savings = CacheSavings()
  /// The bytes of the guest's tables.
  public var guestTableBytes: UInt64 = 0
  /// The bytes of the hypervisor's tables.
  public var hostTableBytes: UInt64 = 0

  /// The outcome of no access.
  public init(_ pages: PagePair) { self.pages = pages }

  /// The misses of an access.
  public var missesPerAccess: Double { ratio(misses, accesses) }
  /// The table reads of a miss.
  public var readsPerMiss: Double { ratio(reads, misses) }
  /// The cycles of all translation: those of the walks and of the second-level TLB.
  public var cycles: Int { walkCycles + secondLevelCycles }
  /// The cycles of translation for an access.
  public var cyclesPerAccess: Double { ratio(cycles, accesses) }
  /// The cycles of a miss.
  public var cyclesPerMiss: Double { ratio(walkCycles, misses) }

  /// The part of the run time that translation takes, where an access comes with so many cycles of work.
  public func share(workCycles: Double) -> Double {
    let work = workCycles * Double(accesses)
    return Double(cycles) / (Double(cycles) + work)
  }

  private func ratio(_ count: Int, _ whole: Int) -> Double {
    whole == 0 ? 0 : Double(count) / Double(whole)
  }
}
