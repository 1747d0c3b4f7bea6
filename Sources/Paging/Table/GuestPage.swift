/// A page that a guest's own tables map.
public struct GuestPage: Sendable, Hashable {
  /// Where the address that was looked up lies in guest-physical memory.
  public let address: GuestPhysical
  /// The bytes of the page.
  public let bytes: UInt64
  /// The level of the page's entry, counted from the leaf.
  public let level: Int
  /// The entry.
  public let entry: UInt64
  /// What the entry says.
  public let attributes: GuestAttributes
}
