public import Costs

/// What became of one phase.
public struct LoggingPhase: Sendable, Hashable {
  /// The phases, by the names that they have in reports.
  public enum Name: String, Sendable, Hashable, CaseIterable {
    /// Each processor writes to all its pages for the first time.
    case populate
    /// Logging starts.
    case enable
    /// Each processor writes to some of its pages.
    case dirty
    /// What was written is asked for.
    case get
    /// What was written is forgotten, so that the next write to it will be noted.
    case clear
    /// The pages that were accessed are found, and marked as idle.
    case scan
    /// Each processor reads what it wrote, now that it is marked as idle.
    case read
    /// Logging ends.
    case disable
  }

  /// Which phase it is.
  public let name: Name
  /// Its iteration, from 1 on, where there is one.
  public let iteration: Int?
  /// What was counted.
  public internal(set) var ledger = Ledger()
  /// The exits because a page-modification log was full.
  public internal(set) var logFullExits: UInt64 = 0
  /// The exits to user space because a ring was full.
  public internal(set) var ringFullExits: UInt64 = 0
  /// The processors that were made to leave their guests to have their logs read.
  public internal(set) var kicks: UInt64 = 0
  /// The dirty flags that hardware wrote down.
  public internal(set) var transitions: UInt64 = 0
  /// How often everyone was made to flush.
  public internal(set) var flushRequests: UInt64 = 0
  /// The pages that are known to be written at the end.
  public internal(set) var dirtyPages: UInt64 = 0
  /// The pages that a scan found accessed.
  public internal(set) var accessedPages: UInt64 = 0
  /// The pages that are mapped at the end: of 4 KiB, 2 MiB and 1 GiB.
  public internal(set) var mapped: [Int64] = [0, 0, 0]
  /// How long it took from its start to its end.
  public internal(set) var elapsed = CostRange.zero
  /// How long all processors and threads worked together.
  public internal(set) var work = CostRange.zero
  /// How long all writers together stood because their logs or rings had to be emptied.
  public internal(set) var stopped = CostRange.zero

  init(_ name: Name, iteration: Int? = nil) {
    self.name = name
    self.iteration = iteration
  }

  /// The entries that were written: those that map something new and those that were changed.
  public var entriesWritten: UInt64 {
    ledger.amount(of: .installEntry) + ledger.amount(of: .changeEntry)
  }
}
