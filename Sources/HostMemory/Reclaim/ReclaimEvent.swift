/// What reclaim has done to a page that a machine's second stage may map.
public enum ReclaimEvent: Sendable, Hashable {
  /// Its accessed bit was cleared; whether processors are to forget the page, so that its next access is
  /// seen, is said too.
  case forgotten(UInt32, flushes: Bool)
  /// Nobody may use its frame any more: it is evicted, or about to be written.
  case unmapped(UInt32)
}
