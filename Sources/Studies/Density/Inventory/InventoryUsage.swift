/// What a real virtual machine used at a moment.
public struct InventoryUsage: Sendable, Hashable {
  /// The moment, in seconds: of the same clock for all machines of an inventory.
  public var second: UInt64
  /// The bytes of memory that its process held.
  public var residentBytes: UInt64?
  /// The bytes of memory that its guest used.
  public var workingSetBytes: UInt64?

  /// The usage at a moment.
  public init(second: UInt64, residentBytes: UInt64? = nil, workingSetBytes: UInt64? = nil) {
    self.second = second
    self.residentBytes = residentBytes
    self.workingSetBytes = workingSetBytes
  }
}
