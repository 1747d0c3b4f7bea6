extension DensityHost {
  /// A NUMA node of a host whose nodes are told one by one.
  public struct Node: Sendable, Hashable {
    /// Its memory.
    public var memoryBytes: UInt64
    /// Its processors; nothing where the host's are shared evenly, or are not counted.
    public var processors: Int?

    /// A node with so much memory.
    public init(memoryBytes: UInt64, processors: Int? = nil) {
      self.memoryBytes = memoryBytes
      self.processors = processors
    }
  }

  /// The sizes of pages that it has a pool of, in ascending order.
  public var poolSizes: [UInt64] { Set(pools.map(\.pageBytes)).sorted() }

  /// How many pages of a size all its pools have together.
  public func pages(of pageBytes: UInt64) -> UInt64 {
    pools.filter { $0.pageBytes == pageBytes }.reduce(0) { $0 + $1.pages }
  }

  /// How many pages of a size each of its listed nodes has: those of the pools that are its own and, of what
  /// no pool says the node of, as many as the kernel takes from it, which goes round the nodes.
  public func pagesOnNodes(of pageBytes: UInt64) -> [UInt64] {
    let count = UInt64(max(listedNodes.count, 1))
    var pages = listedNodes.map { _ in UInt64(0) }
    for pool in pools where pool.pageBytes == pageBytes {
      if let node = pool.node {
        if pages.indices ~= node { pages[node] += pool.pages }
      } else {
        for node in pages.indices {
          pages[node] += pool.pages / count + (UInt64(node) < pool.pages % count ? 1 : 0)
        }
      }
    }
    return pages
  }

  /// The bytes of all pools on each of its listed nodes.
  public var poolBytesOnNodes: [UInt64] {
    poolSizes.reduce(into: listedNodes.map { _ in UInt64(0) }) { bytes, size in
      for (node, pages) in pagesOnNodes(of: size).enumerated() { bytes[node] += pages * size }
    }
  }

  /// The bytes that are left for virtual machines outside pools on each of its listed nodes.
  ///
  /// Pools and the records of frames are each node's own. What is kept for the host, and what its processes
  /// hold, comes from each node in proportion to what these leave there.
  public var usableBytesOnNodes: [UInt64] {
    let sizes = poolSizes.map { ($0, pagesOnNodes(of: $0)) }
    let free = listedNodes.indices.map { node -> UInt64 in
      let memory = listedNodes[node].memoryBytes
      var taken = isInstalledMemory ? memory / 64 : 0
      for (size, pages) in sizes {
        taken += pages[node] * size
        guard isInstalledMemory, freesHugePageRecords, size >= 2 << 20 else { continue }
        taken -= pages[node] * (size / 64 - 4096)
      }
      return memory - min(taken, memory)
    }
    let kept = Self.split(reservedBytes + processBytes + processTableBytes, over: free)
    return zip(free, kept).map { $0 - $1 }
  }

  /// An amount in whole parts that are in proportion to what there is, or all of it where that is less.
  static func split(_ amount: UInt64, over parts: [UInt64]) -> [UInt64] {
    var rest = parts.reduce(UInt64(0), +)
    var left = min(amount, rest)
    return parts.map { part in
      guard rest > 0 else { return 0 }
      let share = UInt64(UInt128(left) * UInt128(part) / UInt128(rest))
      rest -= part
      left -= share
      return share
    }
  }
}
