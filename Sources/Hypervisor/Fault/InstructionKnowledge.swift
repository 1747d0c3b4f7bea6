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

extension ArmAbort {
  /// What it takes to know the instruction that was stopped.
  ///
  /// Where the program's instruction is not known, the syndrome is taken for valid, as it is for ordinary
  /// loads and stores.
  @inline(__always)
  var instructionKnowledge: InstructionKnowledge {
    let isDefined = definedESR & 1 << 24 != 0
    return !isDefined || esr & 1 << 24 != 0 ? .told : .read
  }
}

extension RISCVTrap {
  /// What it takes to know the instruction that was stopped.
  ///
  /// Where the program's instruction is not known, htinst is zero, which every hart may write.
  @inline(__always)
  var instructionKnowledge: InstructionKnowledge { htinst & 1 != 0 ? .told : .read }
}
