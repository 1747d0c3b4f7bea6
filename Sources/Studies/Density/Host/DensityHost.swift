public import Paging

/// A host that virtual machines are to fit on.
public struct DensityHost: Sendable, Hashable {
  /// A pool of huge pages.
  public struct Pool: Sendable, Hashable {
    /// The bytes of a page.
    public var pageBytes: UInt64
    /// How many pages it has, on all nodes together or on its own.
    public var pages: UInt64
    /// The number of the listed node that it lies on; nothing where it lies on all.
    public var node: Int?

    /// A pool of so many pages.
    public init(pageBytes: UInt64, pages: UInt64, node: Int? = nil) {
      self.pageBytes = pageBytes
      self.pages = pages
      self.node = node
    }

    /// Its bytes.
    public var bytes: UInt64 { pageBytes * pages }
  }

  /// Processes of the host that are no virtual machines.
  public struct Processes: Sendable, Hashable {
    /// Memory that each of them maps.
    public struct Mapping: Sendable, Hashable {
      /// How much.
      public var bytes: UInt64
      /// The bytes of the pages that map it.
      public var pageBytes: UInt64

      /// A mapping in pages of a size.
      public init(bytes: UInt64, pageBytes: UInt64) {
        self.bytes = bytes
        self.pageBytes = pageBytes
      }
    }

    /// What they are.
    public var name: String
    /// How many there are.
    public var count: UInt64
    /// The bytes that all of them hold together; what they share counts once.
    public var residentBytes: UInt64
    /// What each maps.
    public var mappings: [Mapping]

    /// Processes that hold so much together.
    public init(_ name: String, count: UInt64, residentBytes: UInt64, mappings: [Mapping] = []) {
      self.name = name
      self.count = count
      self.residentBytes = residentBytes
      self.mappings = mappings
    }

    /// The bytes of all their tables, each with its own.
    public func tableBytes(_ architecture: ISA) -> UInt64 {
      count * tableBytesOfEach(architecture)
    }

    /// The bytes of the tables of one of them.
    public func tableBytesOfEach(_ architecture: ISA) -> UInt64 {
      var start: UInt64 = 0
      var ranges: [TableShape.MappedRange] = []
      for mapping in mappings {
        ranges.append(
          TableShape.MappedRange(
            start: start, bytes: mapping.bytes, pageBytes: mapping.pageBytes))
        // Each mapping begins a page of the largest size that tables end at.
        start += (mapping.bytes + (1 << 30 - 1)) & ~(1 << 30 - 1)
      }
      return MachineOverhead.guestFormat(architecture).shape.count(mapping: ranges).bytes
    }
  }

  /// What it is called.
  public var name = "host"
  /// The architecture.
  public var architecture = ISA.x86
  /// The memory.
  public var memoryBytes: UInt64
  /// Whether this is what is plugged in, of which the records of frames are taken off first, and not what
  /// the kernel says that it manages.
  public var isInstalledMemory = false
  /// Whether the records of huge pages' frames are freed.
  public var freesHugePageRecords = true
  /// What is kept for the host itself.
  public var reservedBytes: UInt64 = 1 << 30
  /// How many NUMA nodes it has; they share memory, processors and pools evenly where they are not listed.
  public var nodes = 1
  /// Its NUMA nodes one by one, where they need not be alike; their memory is the host's together.
  public var listedNodes: [Node] = [] {
    didSet { if !listedNodes.isEmpty { nodes = listedNodes.count } }
  }
  /// The pools of huge pages.
  public var pools: [Pool] = []
  /// The swap.
  public var swapBytes: UInt64 = 0
  /// The processors that run virtual machines; nothing where they are not counted.
  public var processors: Int?
  /// How many virtual processors may share one.
  public var processorRatio = 1.0
  /// Resources that the user named.
  public var named: [DensityFlavour.Named] = []
  /// Processes that are no virtual machines.
  public var processes: [Processes] = []

  /// A host with so much memory.
  public init(memoryBytes: UInt64) { self.memoryBytes = memoryBytes }

  /// The bytes of the records of all frames that are kept, where they come off the memory.
  public var frameRecordBytes: UInt64 {
    guard isInstalledMemory else { return 0 }
    return memoryBytes / 64 - freedRecordBytes
  }

  /// The bytes of the records of huge pages' frames that are freed: all but a page of them for each.
  public var freedRecordBytes: UInt64 {
    guard freesHugePageRecords else { return 0 }
    return pools.filter { $0.pageBytes >= 2 << 20 }
      .reduce(0) { $0 + $1.pages * ($1.pageBytes / 64 - 4096) }
  }

  /// The bytes of all pools.
  public var poolBytes: UInt64 { pools.reduce(0) { $0 + $1.bytes } }

  /// The bytes of what its own processes hold, without tables.
  public var processBytes: UInt64 { processes.reduce(0) { $0 + $1.residentBytes } }

  /// The bytes of its own processes' tables.
  public var processTableBytes: UInt64 {
    processes.reduce(0) { $0 + $1.tableBytes(architecture) }
  }

  /// The bytes that are left for virtual machines outside pools.
  public var usableBytes: UInt64 {
    // Where the kernel's own sum is given, what it freed at its start is in it.
    let taken =
      frameRecordBytes + reservedBytes + poolBytes + processBytes + processTableBytes
    return memoryBytes > taken ? memoryBytes - taken : 0
  }
}
