/// An address that a guest's program uses; the guest's own tables translate it.
public struct GuestVirtual: Address {
  /// The address as a number.
  public let value: UInt64

  /// The address with this number.
  public init(_ value: UInt64) { self.value = value }
}
