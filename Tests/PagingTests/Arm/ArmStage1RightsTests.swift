import Testing

@testable import Paging

/// What decides an access at stage 1: bits of the page's descriptor, of the table above it, of the
/// registers, and whose access it is.
enum ArmStage1Flag: Int, FlagName {
  case ap2, ap1, uxn, pxn, dbm, af
  case apTable1, apTable0, uxnTable, pxnTable
  case hpd, wxn, pan, epan, ha, hd
  case user
}

@Suite("AArch64 stage 1: every combination of rights")
struct ArmStage1RightsTests {
  private typealias Flags = FlagSet<ArmStage1Flag>

  /// What an access comes to: a fault, or the page's descriptor afterwards.
  private enum Outcome: Equatable {
    case fault(WalkFailure.Reason)
    case access(UInt64)
  }

  /// The rights from the manual's tables, without a walk: Arm ARM D8.4.1 to D8.4.6.
  private static func expected(_ flags: Flags, _ access: Access, page: UInt64) -> Outcome {
    // D8.5.2: without hardware management, a clear access flag is a fault before the rights are looked at.
    if !flags[.af], !flags[.ha] { return .fault(.accessFlag) }
    let managed = flags[.ha] && flags[.hd] && flags[.dbm]
    let limits = !flags[.hpd]
    let readOnly = flags[.ap2] && !managed
    // Table "Data access permissions for stage 1": AP[2:1], then what APTable takes away.
    let el1Writes = !readOnly && !(limits && flags[.apTable1])
    let el0Reads = flags[.ap1] && !(limits && flags[.apTable0])
    let el0Writes = el0Reads && el1Writes
    // Table "Instruction execution permissions for stage 1".
    let el0Executes = !flags[.uxn] && !(limits && flags[.uxnTable])
    let el1Executes = !flags[.pxn] && !(limits && flags[.pxnTable]) && !el0Writes

    let granted: Bool
    switch (access.kind, flags[.user]) {
    case (.fetch, true): granted = el0Executes && !(flags[.wxn] && el0Writes)
    case (.fetch, false): granted = el1Executes && !(flags[.wxn] && el1Writes)
    case (.write, true): granted = el0Writes
    case (_, true): granted = el0Reads
    case (let kind, false):
      // PSTATE.PAN takes from EL1's loads and stores what EL0 can read (or execute, with EPAN).
      let never =
        flags[.pan] && !access.isAddressTranslation
        && (el0Reads || (flags[.epan] && el0Executes))
      granted = !never && (kind != .write || el1Writes)
    }
    guard granted else { return .fault(.permission) }

    var after = page | 1 << 10
    if access.kind == .write, !access.isAddressTranslation, managed { after &= ~(1 << 7) }
    return .access(after)
  }

  @Test("Rights and flags are those of the manual's tables")
  func permutations() throws {
    let shape = ArmShape(pageShift: 12, inputBits: 25, levels: 2)
    var machine = try ArmMachine()
    let root = machine.turnOnStage1(shape)
    let plain = machine.registers
    let address: UInt64 = 0x12_3456
    let place = machine.map(address, to: 0x5_6000, 0, root: root, shape)
    let table = machine.memory.word(at: HostPhysical(root)) ?? 0
    let kinds: [Access] = [
      Access(.read), Access(.write), Access(.fetch), .at(.read), .at(.write),
    ]
    var faults = 0
    for bits in 0..<1 << UInt64(ArmStage1Flag.allCases.count) as Range<UInt64> {
      var flags = Flags()
      flags.bits = bits
      let limits =
        flags.bit(.apTable1, 62) | flags.bit(.apTable0, 61) | flags.bit(.uxnTable, 60)
        | flags.bit(.pxnTable, 59)
      // Bits 62:59 and the software bits of a page are nobody's business.
      let noise = (flags.bits &* 0x9e37_79b9_7f4a_7c15) & 0x7980_0000_0000_0000
      let page: UInt64 =
        0x5_6003 | flags.bit(.ap2, 7) | flags.bit(.ap1, 6) | flags.bit(.uxn, 54)
        | flags.bit(.pxn, 53) | flags.bit(.dbm, 51) | flags.bit(.af, 10) | noise
      machine.registers = plain
      machine.registers.tcrEL1 |= flags.bit(.hpd, 41) | flags.bit(.ha, 39) | flags.bit(.hd, 40)
      machine.registers.sctlrEL1 |= flags.bit(.wxn, 19) | flags.bit(.epan, 57)
      machine.registers.pstate = flags.bit(.pan, 22)
      let processor = try ArmProcessor(machine.registers)
      for var access in kinds {
        access.privilege = flags[.user] ? .user : .supervisor
        machine.memory.store(table | limits, at: HostPhysical(root))
        machine.memory.store(page, at: place)
        let outcome: Outcome
        do {
          let found = try processor.translate(GuestVirtual(address), access, in: &machine.memory)
          outcome = .access(found.guestEntry)
          #expect(found.updates == (found.guestEntry == page ? 0 : 1))
        } catch {
          outcome = .fault(error.reason)
          faults += 1
        }
        let expected = Self.expected(flags, access, page: page)
        let left = machine.memory.word(at: place)
        let isLeft = if case .access(let after) = expected { left == after } else { left == page }
        if outcome != expected || !isLeft {
          Issue.record("\(flags) \(access): \(outcome) instead of \(expected)")
        }
      }
    }
    #expect(faults > 10_000)
  }

  @Test("What a table limits holds for all below it, and only there")
  func limitsFromEveryLevel() throws {
    let shape = ArmShape(pageShift: 12, inputBits: 48, levels: 4)
    let cases: [(limits: UInt64, access: Access)] = [
      (1 << 62, Access(.write)), (1 << 61, Access(.read, .user)), (1 << 60, Access(.fetch, .user)),
      (1 << 59, Access(.fetch)),
    ]
    for (limits, access) in cases {
      for level in 0...3 as ClosedRange<UInt64> {
        var machine = try ArmMachine()
        let root = machine.turnOnStage1(shape)
        let attributes: UInt64 = access == Access(.fetch) ? 0x400 : 0x440
        machine.map(0x1234_5000, to: 0x5_6000, attributes, root: root, shape)
        // The descriptor at the level; at level 0, counted from the leaf, those bits say nothing.
        var table = root
        for above in (level + 1..<max(4, level + 1)).reversed() {
          let entry = machine.memory.word(
            at: HostPhysical(table + shape.index(0x1234_5000, above) * 8))
          table = (entry ?? 0) & 0x0000_ffff_ffff_f000
        }
        let place = HostPhysical(table + shape.index(0x1234_5000, level) * 8)
        let entry = machine.memory.word(at: place) ?? 0
        machine.memory.store(entry | limits, at: place)
        let result = try machine.translate(0x1234_5000, access)
        switch result {
        case .success: #expect(level == 0)
        case .failure(let failure):
          #expect(level > 0 && failure.reason == .permission && failure.level == 0)
        }
        // HPD0 takes the limits back.
        machine.registers.tcrEL1 |= 1 << 41
        #expect(throws: Never.self) { _ = try machine.translate(0x1234_5000, access).get() }
      }
    }
  }
}
