/// What reclaim has done to a page that a machine's second stage may map.
public enum ReclaimEvent: Sendable, Hashable {
  /// Its accessed bit was cleared; whether processors are to forget the page, so that its next access is
  /// seen, is said too.
  case forgotten(UInt32, flushes: Bool)
  /// It was taken out of tables; whether it is being written to swap from then on is said too.
  case unmapped(UInt32, isWritten: Bool)
  /// Its frame is another's.
  case evicted(UInt32)
}
