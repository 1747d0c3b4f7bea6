public import HostMemory

/// The host of services that share its memory.
public struct PressureHost: Sendable, Hashable {
  /// The memory that services and free frames share.
  public var memoryBytes: UInt64 = 64 << 30
  /// The swap.
  public var swapBytes: UInt64 = 0
  /// `vm.swappiness`.
  public var swappiness: UInt64 = 60
  /// How it chooses the pages that leave.
  public var policy = ReclaimPolicy.twoLists
  /// The marks in bytes (min, low, high), if they are not the kernel's own.
  public var marks: Marks?
  /// How long storage takes to read and to write a page, in nanoseconds.
  public var readNanoseconds: UInt64 = 90_000
  /// How long storage takes to write a page.
  public var writeNanoseconds: UInt64 = 90_000
  /// How many of these it does at once.
  public var depth = 32
  /// How many wait in storage's queue at most, with those that it does; twice the depth if not given.
  public var queue: Int?

  /// The processors that services, kswapd and ksmd share; nothing where they are never short.
  public var processors: Int?
  /// How long an actor keeps its processor while others wait, in nanoseconds; the kernel's `BaseSlice` if not
  /// given.
  public var sliceNanoseconds: UInt64?
  /// The scanner of same-page merging, if one runs: it takes processor time, and what it gives back is a
  /// study of merging's.
  public var scanner: PressureScanner?

  /// Watermarks in bytes.
  public struct Marks: Sendable, Hashable {
    /// Below it touches reclaim.
    public var min: UInt64
    /// Below it kswapd wakes.
    public var low: UInt64
    /// Above it kswapd sleeps.
    public var high: UInt64

    /// Watermarks.
    public init(min: UInt64, low: UInt64, high: UInt64) {
      self.min = min
      self.low = low
      self.high = high
    }
  }

  /// 64 GiB without swap on a SATA SSD.
  public init() {}
}
