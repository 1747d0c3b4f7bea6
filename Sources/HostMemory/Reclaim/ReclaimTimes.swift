/// What reclaim's steps take, in nanoseconds.
///
/// They decide who waits how long, and with that how many writes are under way at once; no count of a
/// single actor's hits and misses rests on them.
public struct ReclaimTimes: Sendable, Hashable {
  /// A touch of a page that is there.
  public var touch: UInt64 = 100
  /// A fault without reading.
  public var fault: UInt64 = 700
  /// Looking at a page of a list.
  public var scan: UInt64 = 300
  /// Looking at a page's entry while all of a group are aged.
  public var age: UInt64 = 30
  /// Handing a page to be written.
  public var submit: UInt64 = 3000
  /// Reading a page from storage.
  public var read: UInt64 = 90_000
  /// Writing a page to storage.
  public var write: UInt64 = 90_000
  /// How many reads and writes storage does at once.
  public var depth = 32
  /// How many of them are in its queue at the most, those that it does included; twice the depth if not
  /// given, as the kernel's schedulers have it (`nr_requests`).
  public var queue: Int?
  /// How long kswapd waits at most for writes that it meets again and again (a tenth of a second).
  public var writeThrottle: UInt64 = 100_000_000
  /// How long a touch waits at most that reclaims without any progress (a tick of 250 a second).
  public var progressThrottle: UInt64 = 4_000_000
  /// How old the lengths of lists and the refaults may be by which it is decided what is active.
  ///
  /// The kernel brings its counts of groups together every two seconds, at moments that nobody knows;
  /// here they are current.
  public var countsInterval: UInt64 = 0

  /// Assumed times of a server with a SATA SSD.
  public init() {}
}
