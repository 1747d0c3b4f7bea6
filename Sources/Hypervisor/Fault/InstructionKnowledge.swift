import Paging

/// What the report of a fault tells of the instruction: what it takes to emulate it.
enum InstructionKnowledge: Sendable {
  /// The register and the size are in the report: Arm's valid syndrome, RISC-V's transformed
  /// instruction.
  case told
  /// The instruction has to be read from the guest's memory by an instruction for that (RISC-V's
  /// HLVX), and decoded.
  case read
  /// The guest's tables have to be walked by software to find the instruction, which is then decoded:
  /// x86's emulator.
  case walked
}

extension FaultReport {
  /// What it takes to know the instruction that was stopped.
  ///
  /// Where the program's instruction is not known, Arm's syndrome is taken for valid, as it is for
  /// ordinary loads and stores, and RISC-V's htinst is zero, which every hart may write.
  var instructionKnowledge: InstructionKnowledge {
    switch self {
    case .armAbort(let abort):
      let isDefined = abort.definedESR & 1 << 24 != 0
      return !isDefined || abort.esr & 1 << 24 != 0 ? .told : .read
    case .riscvTrap(let trap): return trap.htinst & 1 != 0 ? .told : .read
    default: return .walked
    }
  }
}
