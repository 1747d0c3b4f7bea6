/// One round of pre-copy: all that was known to be written at its start is sent while the guest runs.
public struct PrecopyRound: Sendable, Hashable {
  /// When it began, in picoseconds from the start of the migration.
  public internal(set) var start: Int64
  /// How long sending took, in picoseconds.
  public internal(set) var sending: Int64 = 0
  /// How long collecting and clearing the log took, in picoseconds.
  public internal(set) var logging: Int64 = 0
  /// The pages that were sent.
  public internal(set) var pages = 0
  /// How many of them were found to be zeros.
  public internal(set) var zeroPages = 0
  /// How many of them held what had been sent before: they were written before they were sent, or a
  /// larger page was.
  public internal(set) var samePages = 0
  /// The bytes that were sent.
  public internal(set) var bytes: UInt64 = 0
  /// The pages that were found to be written when it ended.
  public internal(set) var dirtied = 0
  /// How often the guest wrote to a page in it.
  public internal(set) var writes: UInt64 = 0
  /// The faults of the second stage that the guest took in it.
  public internal(set) var faults: UInt64 = 0
  /// How long what is left would take to send, in picoseconds.
  public internal(set) var expectedDowntime: Int64 = 0
  /// What the machine had of the link at its end, in bits a second.
  public internal(set) var bitsPerSecond: UInt64 = 0
  /// The part of its time that each processor was made to sleep, in percent.
  public internal(set) var throttlePercent: Int
  /// Whether the dirty limit was kept in it.
  public internal(set) var hasDirtyLimit: Bool

  init(at start: Int64, throttlePercent: Int, hasDirtyLimit: Bool) {
    self.start = start
    self.throttlePercent = throttlePercent
    self.hasDirtyLimit = hasDirtyLimit
  }

  /// How long it took.
  public var picoseconds: Int64 { sending + logging }
}
