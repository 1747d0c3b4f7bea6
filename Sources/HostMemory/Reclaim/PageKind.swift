/// Where a page goes when it has to leave memory.
public enum PageKind: UInt8, Sendable, Hashable, CaseIterable {
  /// To swap: memory of processes and guests.
  case anon = 0
  /// Back to its file, or nowhere if it is unchanged.
  case file = 1
}
