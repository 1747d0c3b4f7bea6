import Paging

extension RegisterTable where Registers == RISCVRegisters {
  /// The registers of RISC-V.
  static let riscv = Self([
    Entry("vsatp", \.vsatp),
    Entry("hgatp", \.hgatp),
    Entry("vsstatus", \.vsstatus),
    Entry("sstatus", \.sstatus),
    Entry("hstatus", \.hstatus),
    Entry("menvcfg", \.menvcfg),
    Entry("henvcfg", \.henvcfg),
  ])
}
