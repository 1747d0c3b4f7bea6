// Micro-architecture: this file can be skipped at first reading.

/// How the lines of a cache are arranged.
public struct CacheShape: Sendable, Hashable {
  /// Which line of a full set makes room.
  public enum Replacement: String, Sendable, Hashable, CaseIterable {
    /// The one that was used least recently.
    case lru
    /// The one that a binary tree of one-bit pointers leads to, away from the latest uses.
    case treeLRU = "tree-lru"
  }

  /// The lines.
  public let lines: Int
  /// The lines of a set; all of them where the cache is fully associative.
  public let ways: Int
  /// Which line of a full set makes room.
  public var replacement = Replacement.lru
  /// Whether the bits that choose the set are mixed with those above them.
  public var mixesSets = false

  /// A cache of so many lines in sets of `ways`; of one set where nothing is said.
  ///
  /// - Precondition: the number of sets is a power of two, and with a tree the number of ways too.
  public init(
    _ lines: Int, ways: Int? = nil, _ replacement: Replacement = .lru, mixesSets: Bool = false
  ) {
    self.lines = lines
    self.ways = ways ?? lines
    self.replacement = replacement
    self.mixesSets = mixesSets
    precondition(
      lines > 0 && self.ways > 0 && lines % self.ways == 0 && Self.isPowerOfTwo(lines / self.ways),
      "a cache of \(lines) lines has no sets of \(self.ways) whose number is a power of two")
    precondition(
      replacement == .lru || Self.isPowerOfTwo(self.ways) && self.ways <= 32,
      "a tree chooses among a power of two, 32 at most, and not among \(self.ways)")
  }

  private static func isPowerOfTwo(_ number: Int) -> Bool { number & (number - 1) == 0 }

  /// The sets.
  public var sets: Int { lines / ways }
}
