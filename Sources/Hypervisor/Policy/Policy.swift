public import HostMemory

/// What a hypervisor does where it has a choice.
public struct Policy: Sendable, Hashable {
  /// The largest pages that the machine is backed with.
  ///
  /// Where a slot doesn't reach around a page of that size, or something of it is backed already, the next
  /// smaller size is taken.
  public var backing = FrameOrder.small
  /// Where pages larger than 4 KiB come from.
  public var largePages = LargePages.available
  /// The largest pages that the second stage maps, whatever the backing.
  public var largestMapping = FrameOrder.huge
  /// Whether a page that was only read is mapped to the host's frame of zeros, as anonymous memory is.
  public var mapsZeroFrame = true
  /// Whether an entry that has become valid is followed by a fence on all processors, as KVM does on
  /// RISC-V; the other architectures need none.
  public var fencesNewEntries = true
  /// How many pages of 4 KiB, side by side from a multiple of that, a fault maps at most.
  ///
  /// It is the hypervisor's choice and no feature of an architecture.
  public var batch = 1
  /// Which of a fault's neighbours are mapped with it.
  public var batchFill = BatchFill.fresh
  /// Which rights a new entry gives, of those that the guest has to the page.
  public var rights = MappingRights.all
  /// Whether large pages can't be executed, as KVM maps them on x86 processors with the erratum "ITLB
  /// multihit": a fetch splits the page of 2 MiB, whose small pages can be.
  public var hasNonExecutableLargePages = false
  /// The NUMA node that frames come from, as long as it has any.
  public var node = 0

  /// 4 KiB pages, mapped one by one as they are touched.
  public init() {}

  /// Whether every page is mapped with all rights that the guest has to it.
  @inline(__always)
  var hasPlainRights: Bool { !hasNonExecutableLargePages && rights == .all }
}
