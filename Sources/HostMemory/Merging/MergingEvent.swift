/// What a wake-up has done to the host's mappings, for the owner that must change its tables.
public enum MergingEvent: Hashable, Sendable {
  /// The page is now write-protected: its frame has become a shared copy.
  case shared(page: Int)
  /// The page is mapped, write-protected, to the copy whose number is given; its frame is free.
  case merged(page: Int, copy: Int)
  /// The page is mapped to the page of zeros; its frame is free.
  case zeroed(page: Int)
  /// The 2M page that starts here is mapped by 512 small ones from now on.
  case broken(firstPage: Int)
  /// The copy is shared no more and every mapping of it is a page of its own.
  case unmerged(page: Int)
}
