/// A page that the hypervisor's tables map.
public struct HostPage: Sendable, Hashable {
  /// Where the address that was looked up lies in the machine's memory.
  public let address: HostPhysical
  /// The bytes of the page.
  public let bytes: UInt64
  /// The level of the page's entry, counted from the leaf.
  public let level: Int
  /// The entry.
  public let entry: UInt64
  /// What the entry says.
  public let attributes: HostAttributes
}
