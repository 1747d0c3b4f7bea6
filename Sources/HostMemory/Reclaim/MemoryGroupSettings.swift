/// The limits of a memory cgroup, in pages, under the kernel's names.
public struct MemoryGroupSettings: Sendable, Hashable {
  /// Below it nothing is taken from the group (`memory.min`).
  public var min: UInt64 = 0
  /// Below it something is taken only where all others are below theirs (`memory.low`).
  public var low: UInt64 = 0
  /// Above it the group's own touches reclaim, and are slowed down (`memory.high`).
  public var high: UInt64?
  /// It can't be exceeded (`memory.max`).
  public var max: UInt64?
  /// The most pages in swap (`memory.swap.max`).
  public var swapMax: UInt64?
  /// How readily its anonymous pages go, from 0 to 200; the host's setting if not given.
  public var swappiness: UInt64?
  /// What is added to its badness, in parts of 1000 of all memory; -1000 is never killed.
  public var oomScoreAdjustment = 0

  /// No limits.
  public init() {}
}
