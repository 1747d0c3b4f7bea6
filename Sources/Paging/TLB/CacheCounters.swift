// Micro-architecture: this file can be skipped at first reading.

/// What the caches of one virtual processor have counted.
public struct CacheCounters: Sendable, Hashable {
  /// The hits of one level of TLBs on pages of one size.
  public struct PageHits: Sendable, Hashable {
    /// Which caches.
    public enum Cache: String, Sendable, Hashable, CaseIterable {
      /// The first-level TLB of data, and of instructions too where they share it.
      case data
      /// The first-level TLB of instructions.
      case instruction
      /// The second-level TLB, of instructions too where they share it.
      case second
      /// The second-level TLB of instructions.
      case secondInstruction = "second-instruction"
      /// The cache of guest-physical pages.
      case nested
    }

    /// Which caches.
    public let cache: Cache
    /// The bytes of the page, or of the piece of it, that an entry holds.
    public let pageBytes: UInt64
    /// The look-ups that it answered.
    public let hits: Int
  }

  /// The hits of the walk cache of one level.
  public struct TableHits: Sendable, Hashable {
    /// The level of the entries, counted from the leaf: 1 is what points to a table of pages.
    public let level: Int
    /// The walks that started at the table that such an entry points to.
    public let hits: Int
  }

  /// The hits of the TLBs and the nested cache, by page size.
  public internal(set) var pageHits: [PageHits] = []
  /// The hits of the walk caches of the guest's tables, by level.
  public internal(set) var guestTableHits: [TableHits] = []
  /// The hits of the walk caches of the hypervisor's tables, by level.
  public internal(set) var hostTableHits: [TableHits] = []
  /// The accesses that no TLB answered.
  public internal(set) var misses = 0
  /// The table reads that were made.
  public internal(set) var reads = 0
  /// The writes that set accessed and dirty bits.
  public internal(set) var updates = 0
  /// The accesses that ended in a fault.
  public internal(set) var faults = 0
  /// The table reads that the TLBs spared.
  public internal(set) var readsSavedByTLB = 0
  /// What the walk caches were asked, and spared.
  public internal(set) var savings = CacheSavings()
  /// The flushes, by how far they reach.
  public internal(set) var flushes: [CacheFlush.Scope: Int] = [:]
  /// Those of them that another processor's instruction caused.
  public internal(set) var broadcastsReceived = 0
  /// The entries that flushes have dropped.
  public internal(set) var entriesDropped = 0

  /// The accesses that the first level of TLBs answered.
  public var firstLevelHits: Int { hits(.data) + hits(.instruction) }

  /// The accesses that the second level of TLBs answered.
  public var secondLevelHits: Int { hits(.second) + hits(.secondInstruction) }

  /// The accesses that were looked up: those that nothing translates are not.
  public var lookups: Int { firstLevelHits + secondLevelHits + misses }

  /// The hits of a cache on pages of all sizes.
  public func hits(_ cache: PageHits.Cache) -> Int {
    pageHits.reduce(0) { $1.cache == cache ? $0 + $1.hits : $0 }
  }

  /// The table reads that all caches spared.
  public var readsSaved: Int {
    readsSavedByTLB + savings.guestTables.reads + savings.hostTables.reads + savings.nested.reads
  }
}

extension CacheState {
  /// The reads that all caches have saved.
  var saved: Int { savedByTLB + savedByGuestTables + savedByHostTables + savedByNested }

  /// What has been counted, for everyone to see.
  var counters: CacheCounters {
    var counters = CacheCounters()
    func add(_ cache: CacheCounters.PageHits.Cache, _ bank: Run<TLBProbe>) {
      for number in 0..<bank.count {
        counters.pageHits.append(
          CacheCounters.PageHits(
            cache: cache, pageBytes: 1 << bank[number].shift, hits: bank[number].hits))
      }
    }
    add(.data, data)
    if hasInstruction { add(.instruction, instruction) }
    add(.second, second)
    if hasSecondInstruction { add(.secondInstruction, secondInstruction) }
    add(.nested, nested)
    func tables(_ levels: Run<WalkLevel>) -> [CacheCounters.TableHits] {
      (0..<levels.count).filter { levels[$0].array.ways > 0 }.map {
        CacheCounters.TableHits(level: $0, hits: levels[$0].hits)
      }
    }
    counters.guestTableHits = tables(guestTables)
    counters.hostTableHits = tables(hostTables)
    counters.misses = misses
    counters.reads = reads
    counters.updates = updates
    counters.faults = faults
    counters.readsSavedByTLB = savedByTLB
    counters.savings = savings
    counters.flushes = contexts.value.flushes
    counters.broadcastsReceived = broadcastsReceived
    counters.entriesDropped = entriesDropped
    return counters
  }

  /// What the walk caches were asked, and spared.
  private var savings: CacheSavings {
    // Walks ask for every level; where there is no cache, nothing was missed.
    func kind(_ levels: Run<WalkLevel>, misses: Int, reads: Int) -> CacheSavings.Kind {
      var kind = CacheSavings.Kind(reads: reads)
      for level in 0..<levels.count where levels[level].array.ways > 0 {
        kind.hits += levels[level].hits
        kind.misses = misses
      }
      return kind
    }
    var savings = CacheSavings()
    savings.guestTables = kind(guestTables, misses: guestTableMisses, reads: savedByGuestTables)
    savings.hostTables = kind(hostTables, misses: hostTableMisses, reads: savedByHostTables)
    savings.nested = CacheSavings.Kind(
      hits: (0..<nested.count).reduce(0) { $0 + nested[$1].hits }, misses: nestedMisses,
      reads: savedByNested)
    return savings
  }
}
