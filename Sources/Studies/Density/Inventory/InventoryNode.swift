/// A NUMA node of a real host.
public struct InventoryNode: Sendable, Hashable {
  /// Free pages of one size.
  public struct FreePages: Sendable, Hashable {
    /// The bytes of a page.
    public var pageBytes: UInt64
    /// How many are free.
    public var count: Observed<UInt64>

    /// So many free pages of a size.
    public init(pageBytes: UInt64, count: Observed<UInt64>) {
      self.pageBytes = pageBytes
      self.count = count
    }
  }

  /// Its number.
  public var number: Int
  /// The bytes of its memory.
  public var memoryBytes: Observed<UInt64>?
  /// The bytes of its memory that are free.
  public var freeBytes: Observed<UInt64>?
  /// Its processors.
  public var processors: Observed<Int>?
  /// Its free pages by size.
  public var freePages: [FreePages] = []

  /// A node of which only its number is known.
  public init(_ number: Int) { self.number = number }
}
