/// What dirty logging met beyond faults.
public struct DirtyCounters: Sendable, Hashable {
  /// The dirty flags that hardware set and wrote down in a page-modification log.
  public internal(set) var transitions: UInt64 = 0
  /// Exits because a page-modification log had no room for one more.
  public internal(set) var logFullExits: UInt64 = 0
  /// Processors that were made to leave their guests so that their logs could be read.
  public internal(set) var kicks: UInt64 = 0
  /// Entries that were taken out of logs and rings.
  public internal(set) var drainedEntries: UInt64 = 0
  /// Exits to user space because a ring was full.
  public internal(set) var ringFullExits: UInt64 = 0

  /// Counters at zero.
  public init() {}
}
