/// How a file's pages in a host's memory were used.
public struct PageCacheUse: Sendable, Hashable {
  /// One request to the device.
  public struct Reading: Sendable, Hashable {
    /// When it was made.
    public let time: VirtualTime
    /// The bytes that it brings, which take up memory from that moment on.
    public let bytes: Int64
    /// What the first of them were wanted for.
    public let purpose: UInt8
  }

  /// The requests to the device, in their order.
  public private(set) var readings: [Reading] = []
  /// How often somebody asked.
  public private(set) var asked = 0
  /// How often all was there.
  public private(set) var found = 0
  /// How often somebody only waited for what others were reading.
  public private(set) var awaited = 0
  /// How long those waited.
  public private(set) var waited = TotalTime.zero

  /// No use.
  public init() {}

  /// The bytes that were read.
  public var bytes: Int64 { readings.reduce(0) { $0 + $1.bytes } }

  mutating func add(_ reading: Reading) { readings.append(reading) }

  mutating func ask(hasRead: Bool, wait: VirtualDuration) {
    asked += 1
    if hasRead { return }
    if wait > .zero {
      awaited += 1
      waited += wait
    } else {
      found += 1
    }
  }

  /// Adds the use of another file.
  public mutating func add(_ other: PageCacheUse) {
    readings += other.readings
    asked += other.asked
    found += other.found
    awaited += other.awaited
    waited += other.waited
  }
}
