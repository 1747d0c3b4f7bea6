/// Whose tables were edited, as instructions name it.
public struct MaintenanceContext: Sendable, Hashable {
  /// The PCID or ASID of the guest's tables.
  public var space: UInt16
  /// The VPID or VMID of the guest, or the ASID that AMD gives it.
  public var vm: UInt16
  /// Intel's EPTP, which leads to the hypervisor's tables.
  public var eptp: UInt64

  /// The numbers of an address space and of a guest, 0 where there are none.
  public init(space: UInt16 = 0, vm: UInt16 = 0, eptp: UInt64 = 0) {
    self.space = space
    self.vm = vm
    self.eptp = eptp
  }
}
