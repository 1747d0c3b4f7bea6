/// An address of the machine's memory.
public struct HostPhysical: Address {
  /// The address as a number.
  public let value: UInt64

  /// The address with this number.
  public init(_ value: UInt64) { self.value = value }
}
