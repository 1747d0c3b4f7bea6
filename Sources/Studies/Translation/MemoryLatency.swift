/// What a table read costs by the cache that has its line: an assumption, with where it comes from.
public struct MemoryLatency: Sendable, Hashable {
  /// One data cache.
  public struct Cache: Sendable, Hashable {
    /// The cache's name.
    public var name: String
    /// Its bytes.
    public var bytes: Int
    /// The lines of a set.
    public var ways: Int
    /// The cycles of a read that it answers.
    public var cycles: Int

    /// A cache of `bytes` bytes.
    public init(_ name: String, bytes: Int, ways: Int, cycles: Int) {
      self.name = name
      self.bytes = bytes
      self.ways = ways
      self.cycles = cycles
    }
  }

  /// The assumption's name.
  public var name: String
  /// The caches, the first level first.
  public var caches: [Cache]
  /// The cycles of a read that no cache answers.
  public var memoryCycles: Int
  /// The cycles by which an access waits for the second-level TLB.
  public var secondLevelTLBCycles: Int
  /// The processor's clock, in millions of cycles a second.
  public var megahertz: Int
  /// Where the figures come from.
  public var source: String

  /// A server core with 1 MiB of second-level cache.
  public static let server = Self(
    name: "server",
    caches: [
      Cache("L1", bytes: 32 << 10, ways: 8, cycles: 4),
      Cache("L2", bytes: 1 << 20, ways: 16, cycles: 12),
      Cache("L3", bytes: 11 << 17, ways: 11, cycles: 77),
    ],
    memoryCycles: 300, secondLevelTLBCycles: 7, megahertz: 3000,
    source: "caches of Skylake-SP with one core's part of the L3 (AnandTech, “The Intel Skylake-X"
      + " Review”, 2017); assumed: memory 100 ns at 3 GHz, 7 cycles for the second-level TLB")
}
