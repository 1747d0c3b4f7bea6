public import HostMemory

/// A service: memory that it comes with, touches at random and lets grow.
public struct PressureService: Sendable, Hashable {
  /// What it is called.
  public var name: String
  /// Its anonymous memory, all of which is written before the measurement starts.
  public var memoryBytes: UInt64 = 0
  /// What it reads of files.
  public var fileBytes: UInt64 = 0
  /// The part of that, from the start, that has been read before the measurement.
  public var cachedShare = 1.0
  /// The part of both that is touched again: its working set.
  ///
  /// The rest was needed at the start.
  public var hotShare = 1.0
  /// How many workers make requests, one after another each.
  public var workers = 1
  /// The touches of a request.
  public var touches: UInt64 = 1000
  /// What a worker computes with each touch, in nanoseconds.
  public var workNanoseconds: UInt64 = 10_000
  /// The part of the touches that write.
  public var writeShare = 0.3
  /// By how many bytes a second it grows, never to touch them again.
  public var growthBytes: UInt64 = 0
  /// When it starts to make requests and to grow, in nanoseconds from the start of the measurement.
  public var startNanoseconds: UInt64 = 0
  /// The virtual machine that it is in, if it is in one: its memory is the guest's.
  public var machine: ServiceMachine?
  /// The slice that its memory cgroup is in; below the root if there is none.
  public var slice: String?
  /// The limits of its memory cgroup, in bytes.
  public var limits = MemoryGroupSettings()

  /// A service that does nothing yet.
  public init(_ name: String) { self.name = name }

  /// What one request computes.
  public var requestWork: UInt64 { touches * workNanoseconds }
}
