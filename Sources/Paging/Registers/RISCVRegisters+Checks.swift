// RISC-V privileged architecture: "Hypervisor Status (hstatus) Register", "Hypervisor Environment
// Configuration Register (henvcfg)", and the extensions Ssnpm and Zicfiss.

extension RISCVRegisters {
  /// Whether the VS-stage translates.
  private var hasGuestTables: Bool { vsatp >> 60 != 0 }

  /// Refuses what is not modelled and would change a translation.
  func check() throws(RegisterError) {
    // VSXL = 0 stands for a register that is not given: RV64 has no such value.
    switch Bits(32...33).of(hstatus) {
    case 0, 2: break
    case 1: throw RegisterError("hstatus", hstatus, "VSXL is 1: this model has no RV32 (Sv32)")
    default: throw RegisterError("hstatus", hstatus, "VSXL = 3 is reserved")
    }
    // "VSBE controls the endianness of explicit memory accesses made from VS-mode", and of the
    // implicit ones to the tables of the VS-stage.
    if hasGuestTables, Bits(5).isSet(in: hstatus) {
      throw RegisterError("hstatus", hstatus, "VSBE is 1: this model has no big-endian tables")
    }
    if Bits(48...49).isSet(in: hstatus) {
      throw RegisterError("hstatus", hstatus, "HUPMM is not 0: this model has no pointer masking")
    }
    if Bits(32...33).isSet(in: henvcfg) {
      throw RegisterError("henvcfg", henvcfg, "PMM is not 0: this model has no pointer masking")
    }
    // "When menvcfg.SSE is zero, henvcfg.SSE is read-only zero"; set, it makes W without R and X a
    // shadow stack's page.
    if hasGuestTables, Bits(3).isSet(in: menvcfg & henvcfg) {
      throw RegisterError("henvcfg", henvcfg, "SSE is 1: this model has no shadow stacks")
    }
  }
}
