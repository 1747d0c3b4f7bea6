/// How a lock was used.
public struct LockUse: Sendable, Hashable {
  /// How often it was asked for.
  public internal(set) var acquisitions = 0
  /// How often of these it was not to be had at once.
  public internal(set) var contended = 0
  /// How long anyone held it.
  public internal(set) var held = VirtualDuration.zero
  /// How long actors waited for it, all together.
  public internal(set) var waited = TotalTime.zero

  /// Of a lock that nobody has asked for.
  public init() {}

  /// Adds how another lock was used.
  public mutating func add(_ other: LockUse) {
    acquisitions += other.acquisitions
    contended += other.contended
    held += other.held
    waited += other.waited
  }
}
