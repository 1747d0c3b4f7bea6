import Costs
public import Simulation

/// The host that a storm comes over.
public struct StormHost: Sendable, Hashable {
  /// The processors that run virtual machines.
  public var processors = 48
  /// The memory in bytes.
  public var memoryBytes: UInt64 = 384 << 30
  /// How much of the memory is free in runs of 2 MiB; all where nothing is said.
  public var largePageBytes: UInt64?
  /// How long a virtual processor keeps its processor while others wait: with nothing said, what
  /// Linux before 6.15 gives on eight processors and more (``BaseSlice``), 0.75 ms times four.
  public var slice = VirtualDuration(nanoseconds: 3_000_000)
  /// What it costs a processor to turn to another one.
  public var switchCost = VirtualDuration(nanoseconds: 1500)
  /// The bytes that all processors together can zero in a second; nothing where each zeroes as fast as
  /// it does alone.
  public var zeroBytesPerSecond: Int64? = 100_000_000_000
  /// How many frames a processor takes from the host's free ones under their lock: Linux takes them in
  /// batches of 63.
  public var allocationBatch = 63
  /// How many requests the host's storage works on at once.
  public var storageDepth = 32
  /// How many bytes of a shared snapshot are read at once around a page that is missing: a page where
  /// nothing is said.
  public var readAroundBytes: UInt64 = 4096
  /// How many requests the network carries at once.
  public var networkDepth = 256
  /// How many threads of a handler in user space bring pages.
  public var handlerThreads = 1

  /// Two sockets of 24 cores and 384 GiB.
  public init() {}
}

extension StormHost {
  /// The bytes that one processor zeroes in a second.
  func zeroRate(_ profile: CostProfile) -> Int64? {
    guard let price = profile[.zeroByte]?.likely, price > 0 else { return nil }
    return Int64(1_000_000_000_000_000 / price)
  }

  /// Whether so many processors can zero at once that each is slower than alone.
  func sharesZeroing(_ profile: CostProfile) -> Bool {
    guard let total = zeroBytesPerSecond, let one = zeroRate(profile) else { return false }
    return one > total / Int64(processors)
  }
}

extension StormHost {
  /// The memory's bandwidth for zeroing.
  func memory(_ profile: CostProfile) -> Bandwidth {
    let one = zeroRate(profile) ?? .max / 1_048_576 / 2
    return Bandwidth("memory", bytesPerSecond: zeroBytesPerSecond ?? one, mostForOne: one)
  }

  /// The host's storage at the profile's prices.
  func storage(_ profile: CostProfile) -> Device {
    device("storage", profile, .storageRequest, .storageByte, depth: storageDepth)
  }

  /// The network at the profile's prices.
  func network(_ profile: CostProfile) -> Device {
    device("network", profile, .networkRequest, .networkByte, depth: networkDepth)
  }

  /// The handler in user space at the profile's prices.
  func handler(_ profile: CostProfile) -> Device {
    Device(
      "handler", latency: VirtualDuration(profile, .userfault, 1), depth: max(handlerThreads, 1),
      bytesPerSecond: nil)
  }

  private func device(
    _ name: String, _ profile: CostProfile, _ request: Component, _ byte: Component, depth: Int
  ) -> Device {
    let price = profile[byte]?.likely ?? 0
    return Device(
      name, latency: VirtualDuration(profile, request, 1), depth: max(depth, 1),
      bytesPerSecond: price > 0 ? Int64(1_000_000_000_000_000 / price) : nil)
  }
}
