/// Where an access arrives, and what it took to get there.
public struct Translation: Sendable, Hashable {
  /// The address in the machine's memory.
  public var hostPhysical: HostPhysical
  /// The address that the guest's tables gave.
  public var guestPhysical: GuestPhysical
  /// The leaf entry of the guest's tables as the walk leaves it; 0 where stage 1 is off.
  public var guestEntry: UInt64
  /// The leaf entry of the hypervisor's tables as the walk leaves it; 0 where stage 2 is off.
  public var hostEntry: UInt64
  /// The bits of the offset in the guest's page; 0 where stage 1 is off.
  public var guestPageShift: UInt8
  /// The bits of the offset in the hypervisor's page; 0 where stage 2 is off.
  public var hostPageShift: UInt8
  /// The table reads of both stages, without the access itself.
  public var reads: Int
  /// The writes that set accessed and dirty bits.
  public var updates: Int

  /// The size of the guest's page, if stage 1 is on.
  public var guestPageBytes: UInt64? { guestPageShift == 0 ? nil : 1 << UInt64(guestPageShift) }

  /// The size of the hypervisor's page, if stage 2 is on.
  public var hostPageBytes: UInt64? { hostPageShift == 0 ? nil : 1 << UInt64(hostPageShift) }
}
