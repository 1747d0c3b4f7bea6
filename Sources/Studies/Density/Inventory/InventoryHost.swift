public import Paging

/// A real host: its memory and processors, and what its kernel does with them.
///
/// Only its name and memory are always known.
public struct InventoryHost: Sendable, Hashable {
  /// What its kernel does about transparent huge pages.
  public enum TransparentHugePages: String, Sendable, Hashable, CaseIterable {
    /// It backs all anonymous memory with them.
    case always
    /// It backs only memory with them for which that was asked.
    case madvise
    /// It makes none.
    case never
  }

  /// What it is called.
  public var name: String
  /// Its architecture.
  public var architecture: ISA?
  /// The bytes of its memory that its kernel manages.
  public var memoryBytes: Observed<UInt64>
  /// The bytes that could be had without swapping.
  public var availableBytes: Observed<UInt64>?
  /// Its processors, those of all threads of all cores.
  public var processors: Observed<Int>?
  /// The bytes of its smallest page.
  public var pageBytes: Observed<UInt64>?
  /// Its NUMA nodes.
  public var nodes: [InventoryNode] = []
  /// Its pools of huge pages.
  public var hugePages: [InventoryHugePages] = []
  /// The bytes that are kept from virtual machines.
  public var reservedBytes: Observed<UInt64>?
  /// The bytes of its swap.
  public var swapBytes: Observed<UInt64>?
  /// The bytes of its swap that are free.
  public var swapFreeBytes: Observed<UInt64>?
  /// How it merges pages that are the same.
  public var merging: InventoryMerging?
  /// What its kernel does about transparent huge pages.
  public var transparentHugePages: Observed<TransparentHugePages>?
  /// Below how many free bytes its kernel reclaims.
  public var watermarks: InventoryWatermarks?
  /// The bytes that the control group above all virtual machines may use.
  public var machineLimitBytes: Observed<UInt64>?
  /// The bytes that all page tables of processes take.
  public var pageTableBytes: Observed<UInt64>?
  /// The bytes that the second stage's tables take.
  public var secondStageBytes: Observed<UInt64>?

  /// A host with so much memory.
  public init(_ name: String, memoryBytes: Observed<UInt64>) {
    self.name = name
    self.memoryBytes = memoryBytes
  }
}
