extension X86Registers {
  /// Registers of a processor that translates through these tables, and through none where there are
  /// none.
  ///
  /// A guest with tables is in long mode with CR0.WP and IA32_EFER.NXE. EPT tables are written back,
  /// and have accessed and dirty flags if `eptFlags` says so.
  public init(
    guest: GuestRoot?, host: HostRoot?, eptFlags: Bool = false
  ) throws(RegisterError) {
    self.init()
    if let guest {
      guard guest.format.isa == .x86 else {
        throw RegisterError("cr3", guest.address.value, "\(guest.format) is no x86-64 format")
      }
      cr0 = 0x8001_0001
      cr3 = guest.address.value
      cr4 = guest.format == .x86Level5 ? 0x1020 : 0x20
      efer = 0xd00
    }
    if let host {
      switch host.format {
      case .ept4, .ept5:
        // The memory type of the tables is write-back, 6.
        eptp =
          host.address.value | UInt64(host.shape.levels - 1) << 3 | (eptFlags ? 1 << 6 : 0) | 6
      case .npt4, .npt5:
        ncr3 = host.address.value
        if host.format == .npt5 { hostCR4 |= 1 << 12 }
      default:
        throw RegisterError("eptp", host.address.value, "\(host.format) is no x86-64 format")
      }
    }
  }
}
