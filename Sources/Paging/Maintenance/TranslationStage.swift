/// A stage of translation as its architecture maintains it: what its tables may be changed to under
/// running walks, and which instructions make the caches forget.
public enum TranslationStage: String, Sendable, Hashable, CaseIterable {
  /// 4-level and 5-level paging of x86-64.
  case x86
  /// Intel's extended page tables.
  case ept
  /// AMD's nested page tables.
  case npt
  /// Stage 1 of Arm's EL1&0 regime.
  case armStage1 = "arm-s1"
  /// Arm's stage 2.
  case armStage2 = "arm-s2"
  /// RISC-V's first stage: S-mode's, or VS-mode's in a guest.
  case riscv
  /// RISC-V's second stage, the G-stage.
  case riscvGuest = "riscv-g"

  /// The stage's architecture.
  public var isa: ISA {
    switch self {
    case .x86, .ept, .npt: .x86
    case .armStage1, .armStage2: .arm
    case .riscv, .riscvGuest: .riscv
    }
  }

  /// Whether the stage translates guest-physical addresses, and not virtual ones.
  public var isHost: Bool {
    switch self {
    case .x86, .armStage1, .riscv: false
    case .ept, .npt, .armStage2, .riscvGuest: true
    }
  }
}

extension GuestFormat {
  /// The stage that the format's tables serve.
  public var translationStage: TranslationStage {
    switch isa {
    case .x86: .x86
    case .arm: .armStage1
    case .riscv: .riscv
    }
  }
}

extension HostFormat {
  /// The stage that the format's tables serve.
  public var translationStage: TranslationStage {
    switch self {
    case .ept4, .ept5: .ept
    case .npt4, .npt5: .npt
    case .arm4K, .arm16K, .arm64K: .armStage2
    case .sv39x4, .sv48x4, .sv57x4: .riscvGuest
    }
  }
}
