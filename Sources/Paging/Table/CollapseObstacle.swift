/// The first of a table's entries that keeps it from becoming one page.
public struct CollapseObstacle: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong with an entry.
  public enum Reason: Sendable, Hashable {
    /// Nothing is mapped there.
    case missing
    /// It leads to a table.
    case table
    /// It is the first, and its page doesn't start at a multiple of the large page's size.
    case misaligned
    /// Its page doesn't follow that of the entry before.
    case notContiguous
    /// Its page has other permissions, another memory type or other bits of software's than the first.
    case attributes
  }

  /// The first address that the entry maps.
  public let address: UInt64
  /// The entry's number in its table.
  public let index: Int
  /// The entry.
  public let entry: UInt64
  /// What is wrong with it.
  public let reason: Reason

  /// The refusal as a sentence.
  public var description: String {
    let why =
      switch reason {
      case .missing: "maps nothing"
      case .table: "leads to a table"
      case .misaligned: "maps memory that is not aligned for a larger page"
      case .notContiguous: "maps memory that does not follow that of the entry before"
      case .attributes: "has other attributes than the first"
      }
    return
      "The table is not made one page: entry \(index), \(hex(entry)) for \(hex(address)), \(why)."
  }
}
