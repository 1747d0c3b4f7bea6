import Testing

@testable import Paging

@Suite("Masked compares against ladders")
struct CheckAgainstLadderTests {
  @Test("RISC-V, both stages")
  func riscv() {
    let rules = combinations(
      RISCVRules(isGStage: false),
      [
        { $0.isGStage = true }, { $0.supervisorUsesUserPages = true },
        { $0.executableIsReadable = true }, { $0.updatesFlags = true },
        { $0.hasMemoryTypes = true },
      ])
    #expect(checkAgainstLadder(RISCVFormat.self, rules: rules, rounds: 1) > 10_000)
  }

  @Test("x86-64, a guest's tables and nested ones")
  func x86() {
    let rules = combinations(
      X86Rules(physicalBits: 46),
      [
        { $0.isNested = true }, { $0.hasNoExecute = true }, { $0.protectsFromSupervisor = true },
        { $0.preventsSupervisorExecution = true }, { $0.preventsSupervisorAccess = true },
        { $0.reservesGlobalAbove = true },
      ])
    #expect(checkAgainstLadder(X86Format.self, rules: rules, rounds: 1) > 10_000)
  }

  @Test("x86-64 with protection keys")
  func protectionKeys() {
    var random = SplitMix64(seed: 7)
    var rules: [X86Rules] = []
    // Registers that deny nothing, all but key 0 (as Linux sets PKRU), everything, and at random.
    for keys in [0, 0x5555_5554, 0xffff_ffff, random.next() & 0xffff_ffff, 0xaaaa_aaa8] as [UInt64]
    {
      rules += combinations(
        X86Rules(physicalBits: 52, hasNoExecute: true),
        [
          { $0.userKeys = keys }, { $0.supervisorKeys = keys ^ 0xffff_0000 },
          { $0.protectsFromSupervisor = true }, { $0.preventsSupervisorAccess = true },
        ])
    }
    #expect(checkAgainstLadder(X86Format.self, rules: rules, rounds: 1) > 10_000)
  }

  @Test("Intel's extended page tables")
  func ept() {
    let rules = combinations(
      EPTRules(physicalBits: 46),
      [
        { $0.offersExecuteOnly = true }, { $0.offers2M = true }, { $0.offers1G = true },
        { $0.hasFlags = true }, { $0.isModeBased = true }, { $0.physicalBits = 52 },
      ])
    #expect(checkAgainstLadder(EPTFormat.self, rules: rules, rounds: 1) > 10_000)
  }
}
