/// A pool of huge pages of a real host.
public struct InventoryHugePages: Sendable, Hashable {
  /// The bytes of a page.
  public var pageBytes: UInt64
  /// The NUMA node, where the pool is counted by node.
  public var nodeNumber: Int?
  /// How many pages it has.
  public var total: Observed<UInt64>
  /// How many of them nobody has.
  public var free: Observed<UInt64>?

  /// A pool of so many pages.
  public init(pageBytes: UInt64, nodeNumber: Int? = nil, total: Observed<UInt64>) {
    self.pageBytes = pageBytes
    self.nodeNumber = nodeNumber
    self.total = total
  }
}
