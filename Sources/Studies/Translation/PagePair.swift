/// The sizes of page at both stages.
public struct PagePair: Sendable, Hashable {
  /// The bytes of the guest's pages.
  public var guest: UInt64
  /// The bytes of the hypervisor's pages; nothing on bare metal, where there is one stage.
  public var host: UInt64?

  /// Pages of these sizes.
  public init(guest: UInt64, host: UInt64?) {
    self.guest = guest
    self.host = host
  }
}
