/// A disk, a network or a handler of faults: what answers requests after a while.
///
/// As many requests as its depth allows are worked on at once, each for the device's latency; then
/// their bytes pass through its bandwidth one after another. The others wait in the order in which they
/// came.
public struct Device: Sendable, Hashable {
  /// What it is called in reports.
  public let name: String
  /// How long a request takes besides its bytes.
  public let latency: VirtualDuration
  /// How many requests are worked on at once.
  public let depth: Int
  /// The bytes that pass in a second; nothing where only the latency counts.
  public let bytesPerSecond: Int64?

  /// A device.
  public init(_ name: String, latency: VirtualDuration, depth: Int, bytesPerSecond: Int64?) {
    self.name = name
    self.latency = latency
    self.depth = depth
    self.bytesPerSecond = bytesPerSecond
  }
}

/// A device at work.
package struct DeviceState {
  package let device: Device
  /// When each of the places for requests is free.
  private var places: [VirtualTime]
  /// When the bytes of all requests so far have passed.
  private var passed = VirtualTime.start
  package private(set) var use = DeviceUse()

  /// A device that has not been asked yet.
  package init(_ device: Device) {
    self.device = device
    places = Array(repeating: .start, count: device.depth)
  }

  /// When a request that comes now will be answered.
  ///
  /// Requests come in the order of time, and each takes the place that is free first, so what is
  /// answered when is known as soon as a request comes.
  package mutating func answer(bytes: Int64, at time: VirtualTime) -> VirtualTime {
    var place = 0
    for other in places.indices where places[other] < places[place] { place = other }
    let start = max(time, places[place])
    var end = start + device.latency
    if let rate = device.bytesPerSecond {
      end = max(end, passed) + VirtualDuration.moving(bytes, perSecond: rate)
      passed = end
    }
    places[place] = end
    use.requests += 1
    use.bytes += bytes
    use.queued += start - time
    use.busy += end - start
    return end
  }
}

extension VirtualDuration {
  /// How long so many bytes take, rounded up.
  static func moving(_ bytes: Int64, perSecond rate: Int64) -> VirtualDuration {
    let scaled = Int128(bytes) * 1_000_000_000_000
    return VirtualDuration(picoseconds: Int64(clamping: (scaled + Int128(rate) - 1) / Int128(rate)))
  }
}
