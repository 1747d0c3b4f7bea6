/// An address that a guest takes for physical; the hypervisor's second-stage tables translate it.
///
/// Arm calls it an intermediate physical address.
public struct GuestPhysical: Address {
  /// The address as a number.
  public let value: UInt64

  /// The address with this number.
  public init(_ value: UInt64) { self.value = value }
}
