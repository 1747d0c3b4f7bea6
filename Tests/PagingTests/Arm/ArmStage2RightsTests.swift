import Testing

@testable import Paging

/// What decides an access at stage 2: bits of the page's descriptor, of the registers, and whose access
/// it is.
enum ArmStage2Flag: Int, FlagName {
  case write, read, xn1, xn0, dbm, af
  case memory3, memory2, memory1, memory0
  case ha, hd, ptw, fwb
  case user
}

@Suite("AArch64 stage 2: every combination of rights")
struct ArmStage2RightsTests {
  private typealias Flags = FlagSet<ArmStage2Flag>

  private enum Outcome: Equatable {
    case fault(WalkFailure.Reason)
    case access(UInt64)
  }

  /// The descriptor's low and high attributes.
  private static func attributes(_ flags: Flags) -> UInt64 {
    flags.bit(.write, 7) | flags.bit(.read, 6) | flags.bit(.xn1, 54) | flags.bit(.xn0, 53)
      | flags.bit(.dbm, 51) | flags.bit(.af, 10) | flags.bit(.memory3, 5) | flags.bit(.memory2, 4)
      | flags.bit(.memory1, 3) | flags.bit(.memory0, 2)
  }

  private static func setRegisters(_ flags: Flags, _ registers: inout ArmRegisters) {
    registers.vtcrEL2 |= flags.bit(.ha, 21) | flags.bit(.hd, 22)
    registers.hcrEL2 |= flags.bit(.ptw, 2) | flags.bit(.fwb, 46)
  }

  /// The rights to the page of the access itself: Arm ARM D8.4.7, "Stage 2 permissions".
  private static func expected(_ flags: Flags, _ access: Access, page: UInt64) -> Outcome {
    if !flags[.af], !flags[.ha] { return .fault(.accessFlag) }
    let managed = flags[.ha] && flags[.hd] && flags[.dbm]
    let granted: Bool
    switch access.kind {
    case .fetch:
      // XN[1:0]: 00 both, 01 EL0, 10 none, 11 EL1.
      granted = flags[.user] ? !flags[.xn1] : flags[.xn1] == flags[.xn0]
    case .write: granted = flags[.write] || managed
    default: granted = flags[.read]
    }
    guard granted else { return .fault(.permission) }
    let dirties = access.kind == .write && !access.isAddressTranslation && managed
    return .access(page | 1 << 10 | (dirties ? 1 << 7 : 0))
  }

  @Test("Rights and flags of the access's own page are those of the manual's tables")
  func finalAccess() throws {
    let shape = ArmShape(pageShift: 12, inputBits: 31, levels: 3)
    var machine = try ArmMachine()
    let root = machine.turnOnStage2(shape)
    let plain = machine.registers
    let address: UInt64 = 0x12_3456
    let place = machine.map(address, to: 0x5_6000, 0, root: root, shape)
    let kinds: [Access] = [
      Access(.read), Access(.write), Access(.fetch), .at(.read), .at(.write),
    ]
    for bits in 0..<1 << UInt64(ArmStage2Flag.allCases.count) as Range<UInt64> {
      var flags = Flags()
      flags.bits = bits
      // Bits 63:55, the contiguous bit and SH are nobody's business.
      let noise = (bits &* 0x9e37_79b9_7f4a_7c15) & 0xff90_0000_0000_0300
      let page = 0x5_6003 | Self.attributes(flags) | noise
      machine.registers = plain
      Self.setRegisters(flags, &machine.registers)
      let processor = try ArmProcessor(machine.registers)
      for var access in kinds {
        access.privilege = flags[.user] ? .user : .supervisor
        machine.memory.store(page, at: place)
        let outcome: Outcome
        do {
          let found = try processor.translate(GuestVirtual(address), access, in: &machine.memory)
          outcome = .access(found.hostEntry)
        } catch {
          outcome = .fault(error.reason)
        }
        let expected = Self.expected(flags, access, page: page)
        let left = machine.memory.word(at: place)
        let isLeft = if case .access(let after) = expected { left == after } else { left == page }
        if outcome != expected || !isLeft {
          Issue.record("\(flags) \(access): \(outcome) instead of \(expected)")
        }
      }
    }
  }

  /// What becomes of an access whose stage-1 page descriptor lies in a page with these rights.
  private enum TableOutcome: Equatable {
    case fault(WalkFailure.Reason, WalkFailure.Context)
    case access(page: UInt64, table: UInt64)
  }

  /// The rights to the page of a stage-1 table: a read, and a write of its own for an update.
  private static func expected(_ flags: Flags, updates: Bool, page: UInt64, table: UInt64)
    -> TableOutcome
  {
    if !flags[.af], !flags[.ha] { return .fault(.accessFlag, .tableRead) }
    // HCR_EL2.PTW: Device memory is MemAttr 00xx, or x0xx where it is relative to stage 1.
    let isDevice = !flags[.memory2] && (flags[.fwb] || !flags[.memory3])
    if !flags[.read] || (flags[.ptw] && isDevice) { return .fault(.permission, .tableRead) }
    let used = table | 1 << 10
    guard updates else { return .access(page: page, table: used) }
    let managed = flags[.ha] && flags[.hd] && flags[.dbm]
    if !flags[.write] && !managed { return .fault(.permission, .tableUpdate) }
    return .access(page: page | 1 << 10, table: used | (managed ? 1 << 7 : 0))
  }

  @Test(
    "A stage-1 table is read, and written where the hardware updates it", arguments: [false, true])
  func tableAccess(updates: Bool) throws {
    let shape = ArmShape(pageShift: 12, inputBits: 31, levels: 3)
    let guestShape = ArmShape(pageShift: 12, inputBits: 25, levels: 2)
    var machine = try ArmMachine()
    let root = machine.turnOnStage2(shape)
    let guestRoot = machine.turnOnStage1(guestShape)
    machine.registers.tcrEL1 |= 1 << 39
    let address: UInt64 = 0x12_3456
    let guestPlace = machine.map(address, to: 0x5_6000, 0x40, root: guestRoot, guestShape)
    let page = (machine.memory.word(at: guestPlace) ?? 0) | (updates ? 0 : 1 << 10)
    machine.map(guestRoot, to: guestRoot & ~0xfff, 0x7fc, root: root, shape)
    machine.map(0x5_6000, to: 0x5_6000, 0x7fc, root: root, shape)
    let lastTable = guestPlace.value & ~0xfff
    let place = machine.map(lastTable, to: lastTable, 0, root: root, shape)
    let plain = machine.registers
    for bits in 0..<1 << UInt64(ArmStage2Flag.allCases.count) as Range<UInt64> {
      var flags = Flags()
      flags.bits = bits
      let table = lastTable | 3 | Self.attributes(flags)
      machine.registers = plain
      Self.setRegisters(flags, &machine.registers)
      let processor = try ArmProcessor(machine.registers)
      let access = Access(.read, flags[.user] ? .user : .supervisor)
      machine.memory.store(page, at: guestPlace)
      machine.memory.store(table, at: place)
      let outcome: TableOutcome
      do {
        let found = try processor.translate(GuestVirtual(address), access, in: &machine.memory)
        outcome = .access(
          page: found.guestEntry, table: machine.memory.word(at: place) ?? 0)
        #expect(found.reads == 2 * 4 + 3)
      } catch {
        outcome = .fault(error.reason, error.context)
        #expect(error.guestLevel == 0)
        #expect(error.guestPhysical == GuestPhysical(guestPlace.value))
        #expect(error.made == (error.context == .tableUpdate ? .write : .read))
        #expect(machine.memory.word(at: guestPlace) == page)
      }
      let expected = Self.expected(flags, updates: updates, page: page, table: table)
      if outcome != expected {
        Issue.record("\(flags) updates \(updates): \(outcome) instead of \(expected)")
      }
    }
  }
}
