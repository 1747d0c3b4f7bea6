/// What reclaim has done, under the kernel's words.
///
/// Pairs are by kind: anonymous, file.
public struct ReclaimCounters: Sendable, Hashable {
  /// Faults (`pgfault`).
  public var faults: UInt64 = 0
  /// Those, and reads through descriptors, that waited for storage (`pgmajfault`).
  public var majorFaults: UInt64 = 0
  /// Pages read from swap (`pswpin`).
  public var swapIns: UInt64 = 0
  /// Pages written to swap (`pswpout`).
  public var swapOuts: UInt64 = 0
  /// Pages read from files.
  public var fileReads: UInt64 = 0
  /// Pages written to files.
  public var fileWrites: UInt64 = 0
  /// Pages looked at at the end of inactive lists (`pgscan`).
  public var scanned = PerKind()
  /// Pages freed (`pgsteal`).
  public var stolen = PerKind()
  /// Those of them that kswapd freed (`pgsteal_kswapd`).
  public var stolenByKswapd: UInt64 = 0
  /// Pages that came back (`workingset_refault`).
  public var refaults = PerKind()
  /// Those that came back soon enough to be active (`workingset_activate`).
  public var refaultActivations = PerKind()
  /// Those that had been active before (`workingset_restore`).
  public var restores = PerKind()
  /// Pages that became active (`pgactivate`).
  public var activations: UInt64 = 0
  /// Pages that are active no more (`pgdeactivate`).
  public var deactivations: UInt64 = 0
  /// Generations that were started.
  public var agings: UInt64 = 0
  /// Touches that had to reclaim for the host (`allocstall`).
  public var stalls: UInt64 = 0
  /// Touches that had to reclaim for a limit of their group.
  public var limitStalls: UInt64 = 0
  /// How often kswapd woke.
  public var wakes: UInt64 = 0
  /// Groups that were killed (`oom_kill`).
  public var kills: UInt64 = 0

  /// Nothing done.
  public init() {}

  /// A number for anonymous pages and one for those of files.
  public struct PerKind: Sendable, Hashable {
    /// Of anonymous pages.
    public var anon: UInt64 = 0
    /// Of pages of files.
    public var file: UInt64 = 0

    /// None.
    public init() {}

    /// The number of a kind.
    public subscript(_ kind: PageKind) -> UInt64 {
      get { kind == .anon ? anon : file }
      set { if kind == .anon { anon = newValue } else { file = newValue } }
    }

    /// Both.
    public var sum: UInt64 { anon + file }
  }
}
