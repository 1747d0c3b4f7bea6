/// How a word was used that processors write by turns.
public struct SharedWordUse: Sendable, Hashable {
  /// How often it was written.
  public internal(set) var writes = 0
  /// How often of these its line came from another processor.
  public internal(set) var transfers = 0
  /// How long its line was on its way.
  public internal(set) var moving = VirtualDuration.zero
  /// How long processors waited for its line, all together: for others' turns, and then for its own way.
  public internal(set) var waited = TotalTime.zero

  /// Of a word that nobody has written.
  public init() {}

  /// Adds how another word was used.
  public mutating func add(_ other: SharedWordUse) {
    writes += other.writes
    transfers += other.transfers
    moving += other.moving
    waited += other.waited
  }
}
