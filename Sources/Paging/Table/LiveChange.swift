/// An edit of tables that walks run through meanwhile; its addresses are known to fit the tables.
enum LiveChange: Sendable {
  case split(at: UInt64, pageBytes: UInt64, SplitChildren)
  /// Splits all larger pages of a range.
  case splitRange(Range<UInt64>, pageBytes: UInt64)
  case collapse(at: UInt64, pageBytes: UInt64, CollapseWay)
  /// Maps a page to another address or with other attributes.
  case remap(at: UInt64, target: UInt64, PageAttributes)
  /// Writes a word over the entry of a page.
  case mark(at: UInt64, word: UInt64)
  /// An edit of a range.
  case range(TableEdit)
}
