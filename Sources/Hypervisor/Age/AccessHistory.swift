public import Paging

/// For how many scans each page of a slot was idle: what tells hot pages from cold ones.
///
/// A scan has no time; with a period of p seconds a page that was idle for n scans has not been accessed
/// for (n-1) p seconds at least.
public struct AccessHistory: Sendable {
  /// The slot's first address.
  public let start: GuestPhysical
  private var idle: [UInt8]

  /// The most scans that are counted.
  public static let most = Int(UInt8.max)

  /// A history of a slot in which no scan has been made; its pages count as just accessed.
  public init(_ slot: Slot) {
    start = slot.start
    idle = Array(repeating: 0, count: Int(slot.bytes >> 12))
  }

  /// Takes in a scan of the slot.
  public mutating func add(_ scan: AccessScan) {
    for page in idle.indices {
      let isAccessed = scan.accessed.words[page >> 6] & 1 << UInt64(page & 63) != 0
      idle[page] = isAccessed ? 0 : idle[page] == .max ? .max : idle[page] + 1
    }
  }

  /// For how many scans the page of an address was idle.
  public func idleScans(at address: GuestPhysical) -> Int {
    Int(idle[Int((address.value - start.value) >> 12)])
  }

  /// How many pages were idle for so many scans or more.
  public func pages(idleFor scans: Int) -> Int { idle.count { Int($0) >= scans } }
}
