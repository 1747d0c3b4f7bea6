public import Guests
public import Paging

/// Virtual machines of one kind, as far as they take of a host.
public struct DensityFlavour: Sendable, Hashable {
  /// What the host does with memory that a guest has and does not use.
  public enum Return: String, Sendable, Hashable, CaseIterable {
    /// Nothing: what was touched once stays.
    case none
    /// A balloon takes it, down to what the guest uses.
    case balloon
    /// The guest reports its free pages.
    case reporting
  }

  /// An amount of a resource that the user named.
  public struct Named: Sendable, Hashable {
    /// The resource.
    public var name: String
    /// How much of it.
    public var amount: UInt64

    /// So much of a resource.
    public init(_ name: String, _ amount: UInt64) {
      self.name = name
      self.amount = amount
    }
  }

  /// What they are called.
  public var name: String
  /// The memory of each.
  public var memoryBytes: UInt64
  /// The virtual processors of each.
  public var processors = 1
  /// The largest pages that the host backs memory with.
  public var backingBytes: UInt64 = 4096
  /// Whether memory comes from a pool of huge pages.
  public var usesPool = false
  /// Whether all memory is there from the start on.
  public var isEager = false
  /// The program that runs each.
  public var monitor = MonitorKind.qemu
  /// The format of the second stage's tables.
  public var host = HostFormat.ept4
  /// The bytes of each display's memory; nothing for a machine without one.
  public var videoBytes: UInt64?
  /// How many threads work for disks alone.
  public var ioThreads = 0
  /// Whether it starts with UEFI.
  public var hasUEFI = false
  /// How many of the host's devices each has to itself; one is enough to hold all memory.
  public var passedThrough = 0
  /// What its guest uses of its memory, over time; nothing where it may use all.
  public var workingSet: WorkingSet?
  /// What becomes of memory that the guest does not use.
  public var returns = Return.none
  /// The least memory that a balloon leaves to the guest.
  public var balloonLeastBytes: UInt64 = 0
  /// The part of the guest's memory that merging is assumed to give back.
  public var merged = 0.0
  /// What each takes of resources that the user named.
  public var named: [Named] = []
  /// What each counts for, where several kinds compete.
  public var worth: UInt64 = 1
  /// How many there must be.
  public var least = 0
  /// How many are wanted at most.
  public var most: Int?
  /// How many are to be placed on hosts such as this; nothing where one host is filled.
  public var placed: Int?
  /// What each does while it boots, where a boot time is asked for.
  public var guest: GuestPreset?

  /// A kind of machine with so much memory.
  public init(_ name: String, memoryBytes: UInt64) {
    self.name = name
    self.memoryBytes = memoryBytes
  }

  /// Whether all memory is the machine's from its start on, and can't be taken back.
  public var holdsAll: Bool { isEager || usesPool || passedThrough > 0 }
}
