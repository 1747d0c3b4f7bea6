public import Paging

/// A touch of a page of a guest's memory.
public struct GuestTouch: Sendable, Hashable {
  /// What is new about a touch.
  public enum Novelty: UInt8, Sendable, Hashable, CaseIterable {
    /// No instruction has touched the page before; for a device, nobody has.
    case page
    /// Instructions have touched the page, but not in this way.
    case kind
    /// The page has been touched in this way in an earlier phase.
    case none
  }

  /// The start of the page.
  public var address: GuestPhysical
  /// Who touches it, and how.
  public var kind: BootTouch.Kind
  /// What is new about it.
  public var novelty: Novelty
  /// What the guest has the page for.
  public var use: GuestPageUse

  /// A touch of the page at an address.
  public init(
    _ address: GuestPhysical, _ kind: BootTouch.Kind, _ novelty: Novelty, _ use: GuestPageUse
  ) {
    self.address = address
    self.kind = kind
    self.novelty = novelty
    self.use = use
  }

  /// Whether the guest writes one of its own tables: it does so before its processor walks it.
  public var buildsTable: Bool { use == .guestTables && kind == .write }
}
