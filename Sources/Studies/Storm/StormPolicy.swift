public import HostMemory

/// What a host does so that a storm does less harm.
public struct StormPolicy: Sendable, Hashable {
  /// What is done before a virtual machine starts.
  public enum Population: String, Sendable, Hashable, CaseIterable {
    /// Nothing.
    case none
    /// All memory is put behind the process, and the second stage is left empty.
    case process
    /// All memory is mapped at the second stage, so that reads don't fault.
    case reading
    /// All memory is mapped at the second stage for everything.
    case writing
  }

  /// Which memory is prepared.
  public enum Extent: Sendable, Hashable {
    /// All of it.
    case all
    /// The pages that the guest touches, as a run before has recorded them, side by side in a file.
    case hotSet
    /// Ranges of guest-physical addresses.
    case ranges([Range<UInt64>])
  }

  /// How the faults of one machine's processors pass its lock.
  public enum FaultPath: String, Sendable, Hashable, CaseIterable {
    /// One after another: the lock is exclusive.
    case serial
    /// Beside each other: the lock is shared, as on x86-64 since Linux has its own tables for two stages.
    case parallel
  }

  /// The largest pages that memory is backed with.
  public var backing = FrameOrder.small
  /// What is done before a virtual machine starts.
  public var population = Population.none
  /// Which memory that is done with.
  public var extent = Extent.all
  /// How many threads of each machine do so beside its guest; with none it is done before the guest starts.
  public var backgroundThreads = 0
  /// The bytes of a pool of pages as large as the backing, which the host has reserved at its boot.
  public var poolBytes: UInt64?
  /// Whether a device is passed through to each machine, so that all its memory is pinned before it starts.
  public var isPassedThrough = false
  /// How many neighbours are mapped with one fault, the page itself included.
  public var batch = 1
  /// How the faults of one machine's processors pass its lock.
  public var faultPath = FaultPath.serial
  /// How long after one virtual machine the next one starts.
  public var staggerNanoseconds: UInt64 = 0
  /// The most virtual machines that start at once; the next follows when one is ready.
  public var startsAtOnce: Int?

  /// Nothing: pages of 4 KiB as they are touched.
  public init() {}
}
