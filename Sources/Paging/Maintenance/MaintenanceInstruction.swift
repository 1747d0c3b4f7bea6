/// An instruction that makes caches of translations forget, or that waits for others to.
///
/// What a live edit records becomes such instructions, and the caches of a virtual processor carry out
/// the same ones.
public enum MaintenanceInstruction: Sendable, Hashable {
  /// One of x86-64's, Intel's or AMD's.
  case x86(X86Maintenance)
  /// A TLBI instruction.
  case arm(ArmMaintenance)
  /// A fence of RISC-V's.
  case riscv(RISCVMaintenance)
  /// Arm's DSB ISHST: waits for the stores.
  case dsbISHST
  /// Arm's DSB ISH: waits for the invalidations of all PEs.
  case dsbISH
  /// Arm's ISB: lets this PE's next instructions see it.
  case isb

  /// Whether one PE's instruction reaches all others; elsewhere each must be told to run its own.
  public var reachesAll: Bool {
    switch self {
    case .arm(let instruction): instruction.isBroadcast
    case .dsbISH: true
    case .x86, .riscv, .dsbISHST, .isb: false
    }
  }
}

extension MaintenanceInstruction: CustomStringConvertible {
  /// The instruction as an assembler might have it.
  public var description: String {
    switch self {
    case .x86(let instruction): instruction.description
    case .arm(let instruction): instruction.description
    case .riscv(let instruction): instruction.description
    case .dsbISHST: "DSB ISHST"
    case .dsbISH: "DSB ISH"
    case .isb: "ISB"
    }
  }
}
