/// The pages of one size that a host keeps aside for guests (hugetlb): taken from its memory once, and
/// handed out from then on without fail, as long as there are any.
public struct HugePagePool: Sendable, Hashable {
  /// The size.
  public let order: FrameOrder
  /// The pages that nobody uses, the last given back first.
  private(set) var free: [FrameNumber] = []
  /// How many pages belong to the pool.
  public private(set) var count = 0
  /// How many are promised to mappings that have not touched them yet.
  public private(set) var reserved = 0

  /// An empty pool.
  public init(_ order: FrameOrder) { self.order = order }

  /// How many pages nobody uses.
  public var freeCount: Int { free.count }

  /// Makes the pool so many pages, as far as memory allows it; what is asked for and what comes of it are
  /// not always the same (`nr_hugepages`).
  @discardableResult
  public mutating func resize(
    to wanted: Int, from memory: inout ZonedMemory, node: Int = 0
  ) -> Int {
    while count < wanted, let page = memory.allocateLarge(order, node: node) {
      free.append(page)
      count += 1
    }
    // Pages that are in use or promised stay.
    while count > wanted, free.count > reserved, let page = free.popLast() {
      memory.freeLarge(page, order)
      count -= 1
    }
    return count
  }

  /// Promises pages to a mapping, and says whether there are as many.
  public mutating func reserve(_ pages: Int) -> Bool {
    guard free.count - reserved >= pages else { return false }
    reserved += pages
    return true
  }

  /// Takes a promised page, or with none promised one that is left.
  public mutating func take(isReserved: Bool = true) -> FrameNumber? {
    if isReserved {
      guard reserved > 0 else { return nil }
      reserved -= 1
      return free.popLast()
    }
    guard free.count > reserved else { return nil }
    return free.popLast()
  }

  /// Takes a page back.
  public mutating func give(_ page: FrameNumber) { free.append(page) }
}
