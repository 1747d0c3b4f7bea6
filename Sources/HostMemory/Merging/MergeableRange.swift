/// Memory that has been given to merging: consecutive page numbers.
public struct MergeableRange: Hashable, Sendable {
  /// The number of the range.
  public let number: Int
  /// The number of its first page.
  public let firstPage: Int
  /// How many pages it has.
  public let pageCount: Int

  /// The numbers of its pages.
  public var pages: Range<Int> { firstPage..<firstPage + pageCount }
}
