/// What became of a trace's references in so many frames.
public struct ReplacementOutcome: Sendable, Hashable {
  /// The policy that chose the pages to evict.
  public let policy: ReplacementPolicy
  /// How many pages there was room for.
  public let frames: Int
  /// How many references there were.
  public let references: Int
  /// How many of them found their page absent.
  public internal(set) var misses = 0
  /// How many of the misses were first references, which no policy could have turned into hits.
  public internal(set) var coldMisses = 0
  /// How many pages were evicted that had not been written since they were loaded.
  public internal(set) var cleanEvictions = 0
  /// How many pages were evicted that had been written, and had to be written back.
  public internal(set) var dirtyEvictions = 0
  /// How many frames were in use at the most.
  public internal(set) var mostResident = 0
  /// How many frames were in use on the average, where that is not known from the rest: under `ws`.
  public internal(set) var meanResident: Double?

  init(_ policy: ReplacementPolicy, frames: Int, references: Int) {
    self.policy = policy
    self.frames = frames
    self.references = references
  }

  /// How many pages were evicted.
  public var evictions: Int { cleanEvictions + dirtyEvictions }

  /// The misses of a reference.
  public var missRatio: Double { references == 0 ? 0 : Double(misses) / Double(references) }
}
