import Guests
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

  @Test("AArch64 stage 1, three granules")
  func armStage1() {
    let rules = combinations(
      ArmStage1Rules(),
      [
        { $0.writableIsNotExecutable = true }, { $0.deniesUserData = true },
        { $0.deniesUserCode = true }, { $0.updatesAccessFlag = true },
        { $0.updatesDirtyState = $0.updatesAccessFlag },
      ])
    #expect(
      checkAgainstLadder(ArmStage1Format<ArmGranule4K>.self, rules: rules, rounds: 1) > 10_000)
    // What does not depend on the access, in each granule.
    let shapes = combinations(
      ArmStage1Rules(updatesAccessFlag: true, updatesDirtyState: true),
      [
        { $0.beyondOutput = Bits(40...47).mask }, { $0.hasLargeAddresses = true },
        { $0.hasTableLimits = false }, { $0.unfetchable = 0x0f },
      ])
    func passed<Granule: ArmGranule>(_: Granule.Type) -> Int {
      checkAgainstLadder(ArmStage1Format<Granule>.self, rules: shapes, levels: 4, rounds: 1)
    }
    #expect(passed(ArmGranule4K.self) > 10_000)
    #expect(passed(ArmGranule16K.self) > 10_000)
    #expect(passed(ArmGranule64K.self) > 10_000)
  }

  @Test("AArch64 stage 2, three granules")
  func armStage2() {
    let rules = combinations(
      ArmStage2Rules(),
      [
        { $0.beyondOutput = Bits(40...47).mask }, { $0.hasLargeAddresses = true },
        { $0.updatesAccessFlag = true }, { $0.updatesDirtyState = $0.updatesAccessFlag },
      ])
    func passed<Granule: ArmGranule>(_: Granule.Type) -> Int {
      checkAgainstLadder(ArmStage2Format<Granule>.self, rules: rules, levels: 4, rounds: 1)
    }
    #expect(passed(ArmGranule4K.self) > 10_000)
    #expect(passed(ArmGranule16K.self) > 10_000)
    #expect(passed(ArmGranule64K.self) > 10_000)
  }

  @Test("AArch64 stage 2 with protected table walks")
  func armTableWalks() {
    let rules = combinations(
      ArmStage2Rules(protectsTableWalks: true),
      [
        { $0.forcesWriteBack = true }, { $0.updatesAccessFlag = true },
        { $0.deniesDeviceFetches = true },
      ])
    #expect(
      checkAgainstLadder(ArmStage2Format<ArmGranule4K>.self, rules: rules, levels: 4) > 10_000)
  }

  /// Whether an entry passes the compare of a level as a table, and as a leaf at the end of a path.
  private func passes<Format: PagingFormat>(
    _: Format.Type, _ entry: UInt64, level: Int, _ access: WalkAccess, _ rules: Format.Rules
  ) -> (table: Bool, leaf: Bool) {
    let check = Format.check(level: level, access: access, rules: rules)
    let path = Format.accumulate(Format.unaccumulated, entry)
    return (
      entry & check.tableMask == check.tableValue,
      entry & check.leafMask == check.leafValue && path & check.pathMask == check.pathValue
    )
  }

  @Test("The entries of a common x86-64 guest pass without a closer look")
  func commonX86() {
    // A kernel with all that today's processors have, and PKRU as Linux leaves it.
    let rules = X86Rules(
      physicalBits: 46, hasNoExecute: true, protectsFromSupervisor: true,
      preventsSupervisorExecution: true, preventsSupervisorAccess: true, userKeys: 0x5555_5554)
    for access in [WalkAccess(.read, .user), WalkAccess(.write, .user)] {
      #expect(passes(X86Format.self, 0x8000_0000_1234_5867, level: 0, access, rules).leaf)
      #expect(passes(X86Format.self, 0x8000_0000_1220_08e7, level: 1, access, rules).leaf)
      #expect(passes(X86Format.self, 0x1234_5067, level: 3, access, rules).table)
    }
    for access in [WalkAccess(.read, .supervisor), WalkAccess(.write, .supervisor)] {
      #expect(passes(X86Format.self, 0x8000_0000_1234_5163, level: 0, access, rules).leaf)
      #expect(passes(X86Format.self, 0x8000_0000_4000_01e3, level: 2, access, rules).leaf)
      #expect(passes(X86Format.self, 0x1234_5063, level: 1, access, rules).table)
    }
    #expect(
      passes(X86Format.self, 0x1234_5161, level: 0, WalkAccess(.fetch, .supervisor), rules).leaf)
    #expect(passes(X86Format.self, 0x1234_5025, level: 0, WalkAccess(.fetch, .user), rules).leaf)
  }

  @Test("The entries of a common EPT pass without a closer look")
  func commonEPT() {
    let rules = EPTRules(
      physicalBits: 46, offersExecuteOnly: true, offers2M: true, offers1G: true, hasFlags: true)
    for access in [
      WalkAccess(.read, .user), WalkAccess(.write, .supervisor), WalkAccess(.fetch, .supervisor),
      WalkAccess(.write, .supervisor, .tableRead),
    ] {
      #expect(passes(EPTFormat.self, 0x8000_0001_2345_6b77, level: 0, access, rules).leaf)
      #expect(passes(EPTFormat.self, 0x8000_0001_2340_0bf7, level: 1, access, rules).leaf)
      #expect(passes(EPTFormat.self, 0x1_2345_6907, level: 1, access, rules).table)
    }
  }

  @Test("The entries of a common AArch64 guest pass without a closer look")
  func commonArmStage1() {
    typealias Format = ArmStage1Format<ArmGranule4K>
    // A kernel with PAN, and flags that the hardware keeps.
    let rules = ArmStage1Rules(
      deniesUserData: true, deniesUserCode: true, updatesAccessFlag: true, updatesDirtyState: true)
    for access in [WalkAccess(.read, .user), WalkAccess(.write, .user)] {
      #expect(passes(Format.self, 0x00e8_0000_1234_5f43, level: 0, access, rules).leaf)
      #expect(passes(Format.self, 0x0800_0000_1234_5003, level: 1, access, rules).table)
    }
    // Contiguous, and by blocks.
    for access in [WalkAccess(.read, .supervisor), WalkAccess(.write, .supervisor)] {
      #expect(passes(Format.self, 0x0078_0000_1234_5703, level: 0, access, rules).leaf)
      #expect(passes(Format.self, 0x0078_0000_1220_0701, level: 1, access, rules).leaf)
      #expect(passes(Format.self, 0x1000_0000_1234_5003, level: 3, access, rules).table)
    }
    let kernel = WalkAccess(.fetch, .supervisor)
    #expect(passes(Format.self, 0x0050_0000_4020_0781, level: 1, kernel, rules).leaf)
    #expect(
      passes(Format.self, 0x0020_0000_1234_5fc3, level: 0, WalkAccess(.fetch, .user), rules).leaf)
  }

  @Test("The entries of a common AArch64 hypervisor pass without a closer look")
  func commonArmStage2() {
    typealias Format = ArmStage2Format<ArmGranule4K>
    let rules = ArmStage2Rules(
      updatesAccessFlag: true, updatesDirtyState: true, protectsTableWalks: true)
    for access in [
      WalkAccess(.read, .user), WalkAccess(.write, .supervisor), WalkAccess(.fetch, .supervisor),
      WalkAccess(.read, .supervisor, .tableRead), WalkAccess(.write, .supervisor, .tableUpdate),
    ] {
      #expect(passes(Format.self, 0x0010_0000_1234_57ff, level: 0, access, rules).leaf)
      #expect(passes(Format.self, 0x0000_0000_1220_07fd, level: 1, access, rules).leaf)
      #expect(passes(Format.self, 0x1234_5003, level: 2, access, rules).table)
    }
  }
}
