/// Where an access arrives, and which of a core's caches knew the way.
public struct CachedTranslation: Sendable, Hashable {
  /// What answered.
  public enum Origin: UInt8, Sendable, Hashable, CaseIterable {
    /// The first-level TLB of the access's kind.
    case firstLevel
    /// The second-level TLB.
    case secondLevel
    /// A walk, perhaps one that walk caches shortened.
    case walk
  }

  /// The address in the machine's memory.
  public var hostPhysical: HostPhysical
  /// The table reads that were made.
  public var reads: UInt32
  /// The writes that set accessed and dirty bits.
  public var updates: UInt16
  /// The bits of the offset in the page that was found: the smaller of both stages', or, from a TLB,
  /// the part of it that the TLB holds.
  public var pageShift: UInt8
  /// What answered.
  public var origin: Origin

  @inline(__always)
  init(
    _ hostPhysical: UInt64, shift: UInt64, origin: Origin, reads: Int = 0, updates: Int = 0
  ) {
    self.hostPhysical = HostPhysical(hostPhysical)
    self.reads = UInt32(truncatingIfNeeded: reads)
    self.updates = UInt16(truncatingIfNeeded: updates)
    pageShift = UInt8(truncatingIfNeeded: shift)
    self.origin = origin
  }
}
