public import Paging

/// The registers of one of the ISAs.
public enum ISARegisters: Sendable, Hashable {
  case x86(X86Registers)
  case arm(ArmRegisters)
  case riscv(RISCVRegisters)

  /// Whose registers they are.
  public var isa: ISA {
    switch self {
    case .x86: .x86
    case .arm: .arm
    case .riscv: .riscv
    }
  }

  /// The names under which records set an ISA's registers, in the order of the documentation.
  public static func names(of isa: ISA) -> [String] {
    switch isa {
    case .x86: RegisterTable<X86Registers>.x86.names
    case .arm: RegisterTable<ArmRegisters>.arm.names
    case .riscv: RegisterTable<RISCVRegisters>.riscv.names
    }
  }

  /// The registers that differ from their defaults, as the members of a record.
  func write(to writer: inout JSONWriter) {
    switch self {
    case .x86(let registers):
      RegisterTable<X86Registers>.x86.write(registers, unlike: X86Registers(), to: &writer)
    case .arm(let registers):
      RegisterTable<ArmRegisters>.arm.write(registers, unlike: ArmRegisters(), to: &writer)
    case .riscv(let registers):
      RegisterTable<RISCVRegisters>.riscv.write(registers, unlike: RISCVRegisters(), to: &writer)
    }
  }
}
