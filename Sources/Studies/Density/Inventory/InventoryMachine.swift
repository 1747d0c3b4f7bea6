/// A real virtual machine: what it was given, and what it uses.
///
/// Only its name and memory are always known.
public struct InventoryMachine: Sendable, Hashable {
  /// What it is called.
  public var name: String
  /// The host that it runs on, where it is not the only one.
  public var host: String?
  /// The bytes of memory that it may have at most.
  public var memoryBytes: Observed<UInt64>
  /// How many virtual processors it has.
  public var processors: Observed<Int>?
  /// Its balloon, if it has one.
  public var balloon: InventoryBalloon?
  /// The bytes of memory that its process holds.
  public var residentBytes: Observed<UInt64>?
  /// The bytes of memory that its guest uses.
  public var workingSetBytes: Observed<UInt64>?
  /// The bytes of it that are in swap.
  public var swappedBytes: Observed<UInt64>?
  /// The bytes that its guest uses to cache disks.
  public var diskCacheBytes: Observed<UInt64>?
  /// How often its guest had to wait for a page from a disk.
  public var majorFaults: Observed<UInt64>?
  /// The guest's other faults.
  public var minorFaults: Observed<UInt64>?
  /// How many bytes it dirties in a second.
  public var dirtyBytesPerSecond: Observed<UInt64>?
  /// The bytes of the largest pages that its memory is backed with.
  public var backingPageBytes: Observed<UInt64>?
  /// Whether its memory comes from a pool of huge pages.
  public var usesPool: Observed<Bool>?
  /// Whether all its memory is there, and stays, from its start on.
  public var isLocked: Observed<Bool>?
  /// The NUMA nodes that it is bound to; empty where it may lie on any.
  public var nodes: [Int] = []
  /// The program that runs it.
  public var monitor: Observed<MonitorKind>?
  /// What it has that costs memory.
  public var devices = InventoryDevices()
  /// The bytes that its control group is charged.
  public var chargedBytes: Observed<UInt64>?
  /// The bytes that its control group may be charged.
  public var limitBytes: Observed<UInt64>?
  /// What it used at moments in time, in their order.
  public var usage: [InventoryUsage] = []

  /// A machine with so much memory.
  public init(_ name: String, memoryBytes: Observed<UInt64>) {
    self.name = name
    self.memoryBytes = memoryBytes
  }
}
