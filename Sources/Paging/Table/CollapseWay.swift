/// How a table of pages becomes one page.
public enum CollapseWay: Sendable, Hashable {
  /// The page is written over the entry that led to the table, if the table's pages are one.
  case inPlace
  /// The entry is cleared, whatever the table holds: the page is mapped when it is missed.
  case zap
}
