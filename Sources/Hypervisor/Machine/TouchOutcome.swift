public import Paging

/// What became of an access of a guest, and what it took.
public struct TouchOutcome: Sendable, Hashable {
  /// How the access ended.
  public enum End: UInt8, Sendable, Hashable {
    /// It reached its page.
    case arrived
    /// A device's answer was worked out instead.
    case emulated
    /// The guest's own tables don't allow it: the guest's handler runs next.
    case guestFault
    /// The host has no frame left.
    case outOfMemory
    /// Nothing that the hypervisor knows makes the access possible.
    case unresolved
  }

  /// How the access ended.
  public var end: End
  /// Where it arrived, if it did.
  public var hostPhysical: HostPhysical
  /// How often it was tried: once more than there were faults, unless the last try failed.
  public var tries: Int
  /// The faults of the second stage that it took.
  public var exits: Int
  /// How many of them were on tables of the guest.
  public var cascades: Int
  /// What the architecture tells the guest, if its own tables ended the access.
  public var guestReport: FaultReport?

  @inline(__always)
  init(
    _ end: End = .unresolved, at address: HostPhysical = HostPhysical(0), tries: Int = 0,
    exits: Int = 0, cascades: Int = 0, guestReport: FaultReport? = nil
  ) {
    self.end = end
    hostPhysical = address
    self.tries = tries
    self.exits = exits
    self.cascades = cascades
    self.guestReport = guestReport
  }
}
