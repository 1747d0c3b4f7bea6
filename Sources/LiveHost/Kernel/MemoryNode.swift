/// A NUMA node of a host.
public struct MemoryNode: Sendable, Hashable {
  /// Its number.
  public let number: Int
  /// Its memory in bytes.
  public let memoryBytes: UInt64
  /// Its free memory in bytes.
  public let freeBytes: UInt64?
  /// How many processors it has; nothing where that is not known.
  public let processors: Int?
  /// Its pools of huge pages, from the smallest page.
  public let pools: [HugePagePool]
  /// The distances to every node, in their order.
  public let distances: [Int]

  /// A node.
  public init(
    _ number: Int, memoryBytes: UInt64, freeBytes: UInt64? = nil, processors: Int? = nil,
    pools: [HugePagePool] = [], distances: [Int] = []
  ) {
    self.number = number
    self.memoryBytes = memoryBytes
    self.freeBytes = freeBytes
    self.processors = processors
    self.pools = pools
    self.distances = distances
  }
}
