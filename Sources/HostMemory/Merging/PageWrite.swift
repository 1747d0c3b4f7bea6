/// What a write has done to a page.
public enum PageWrite: Hashable, Sendable {
  /// The page was the writer's own.
  case own
  /// The page was mapped to a shared copy, or to the page of zeros: a permission fault, and a copy.
  case copied
  /// The page was not there: a missing page, and a fresh one.
  case populated
}
