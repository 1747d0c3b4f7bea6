public import Paging

/// The registers that records can set.
public enum RecordRegisters {
  /// Their names, in the order of the documentation.
  public static func names(of isa: ISA) -> [String] {
    switch isa {
    case .x86: RegisterTable<X86Registers>.x86.names
    case .arm: RegisterTable<ArmRegisters>.arm.names
    case .riscv: RegisterTable<RISCVRegisters>.riscv.names
    }
  }
}
