extension RISCVRegisters {
  /// Registers of a hart that translates through these tables, and through none where there are none.
  public init(guest: GuestRoot?, host: HostRoot?) throws(RegisterError) {
    self.init()
    if let guest {
      let mode: UInt64? =
        switch guest.format {
        case .sv39: 8
        case .sv48: 9
        case .sv57: 10
        default: nil
        }
      guard let mode else {
        throw RegisterError("vsatp", guest.address.value, "\(guest.format) is no RISC-V format")
      }
      vsatp = mode << 60 | guest.address.value >> 12
    }
    if let host {
      let mode: UInt64? =
        switch host.format {
        case .sv39x4: 8
        case .sv48x4: 9
        case .sv57x4: 10
        default: nil
        }
      guard let mode else {
        throw RegisterError("hgatp", host.address.value, "\(host.format) is no RISC-V format")
      }
      hgatp = mode << 60 | host.address.value >> 12
    }
  }
}
