// Micro-architecture: this file can be skipped at first reading.

/// What each kind of a core's walk caches was asked and has saved; ``CacheCounters`` has it since the
/// caches were made.
public struct CacheSavings: Sendable, Hashable {
  /// One kind of cache.
  public struct Kind: Sendable, Hashable {
    /// The look-ups that it answered.
    public var hits = 0
    /// The look-ups that it did not answer.
    public var misses = 0
    /// The table reads that were not made because of it.
    public var reads = 0

    /// What came since an earlier count.
    public func since(_ earlier: Self) -> Self {
      Self(
        hits: hits - earlier.hits, misses: misses - earlier.misses, reads: reads - earlier.reads)
    }
  }

  /// The walk caches of the guest's tables.
  public var guestTables = Kind()
  /// The walk caches of the hypervisor's tables.
  public var hostTables = Kind()
  /// The cache of guest-physical pages.
  public var nested = Kind()

  /// Nothing saved.
  public init() {}

  /// What was saved since an earlier count.
  public func since(_ earlier: Self) -> Self {
    var savings = Self()
    savings.guestTables = guestTables.since(earlier.guestTables)
    savings.hostTables = hostTables.since(earlier.hostTables)
    savings.nested = nested.since(earlier.nested)
    return savings
  }
}
