import Testing

@testable import Paging

@Suite("AArch64: what the registers say")
struct ArmRegistersTests {
  private static let shape = ArmShape(pageShift: 12, inputBits: 39, levels: 3)
  private static let page: UInt64 = 0x740

  /// Both halves of 39 bits with the 4K granule, a page at the start of each.
  private static func build(_ machine: inout ArmMachine) {
    let lower = machine.turnOnStage1(shape)
    let upper = machine.room(0x1000)
    machine.registers.ttbr1EL1 = upper
    machine.registers.tcrEL1 &= ~(1 << 23)
    machine.registers.tcrEL1 |= 25 << 16 | 2 << 30
    machine.map(0x1000, to: 0x5_0000, page, root: lower, shape)
    machine.map(0x1000, to: 0x6_0000, page, root: upper, shape)
  }

  private static let lower: UInt64 = 0x1234
  private static let upper: UInt64 = 0xffff_ff80_0000_1234

  @Test("Bit 55 chooses the half, and the bits above the width must repeat it")
  func halves() throws {
    var machine = try ArmMachine()
    Self.build(&machine)
    #expect(try machine.translate(Self.lower, .read).get().hostPhysical.value == 0x5_0234)
    #expect(try machine.translate(Self.upper, .read).get().hostPhysical.value == 0x6_0234)
    for bit in 39..<64 as Range<UInt64> {
      for address in [Self.lower, Self.upper] {
        let abort = try machine.abort(address ^ 1 << bit, .read)
        #expect(abort?.esr == 0x25 << 26 | 1 << 25 | 0x04)
        #expect(abort?.far == address ^ 1 << bit)
      }
    }
  }

  @Test("TBI leaves the top byte out, of fetches too unless TBID is set")
  func topByte() throws {
    for (half, bit) in [(Self.lower, 37), (Self.upper, 38)] as [(UInt64, UInt64)] {
      var machine = try ArmMachine()
      Self.build(&machine)
      let tagged = half ^ 0x5a << 56
      #expect(try machine.abort(tagged, .read) != nil)
      machine.registers.tcrEL1 |= 1 << bit
      #expect(try machine.abort(tagged, .read) == nil)
      #expect(try machine.abort(tagged, Access(.fetch, .user)) == nil)
      machine.registers.tcrEL1 |= 1 << (bit + 14)
      #expect(try machine.abort(tagged, .write) == nil)
      #expect(try machine.abort(tagged, Access(.fetch, .user)) != nil)
      // Bits 55:39 count all the same.
      #expect(try machine.abort(tagged ^ 1 << 54, .read) != nil)
    }
  }

  @Test("EPD and E0PD stop a half's walks before they begin")
  func disabledWalks() throws {
    for (half, epd, e0pd) in [(Self.lower, 7, 55), (Self.upper, 23, 56)]
      as [(UInt64, UInt64, UInt64)]
    {
      var machine = try ArmMachine()
      Self.build(&machine)
      machine.registers.tcrEL1 |= 1 << e0pd
      #expect(try machine.abort(half, .read) == nil)
      #expect(try machine.abort(half, Access(.read, .user))?.esr == 0x24 << 26 | 1 << 25 | 0x04)
      machine.registers.tcrEL1 |= 1 << epd
      #expect(try machine.abort(half, .read)?.esr == 0x25 << 26 | 1 << 25 | 0x04)
      // The other half goes on.
      #expect(try machine.abort(half == Self.lower ? Self.upper : Self.lower, .read) == nil)
    }
  }

  @Test("A TnSZ out of range is a translation fault at level 0")
  func sizeOutOfRange() throws {
    for size in [0, 11, 15, 49, 63] as [UInt64] {
      var machine = try ArmMachine()
      Self.build(&machine)
      machine.registers.tcrEL1 = machine.registers.tcrEL1 & ~0x3f_003f | size | size << 16
      for half in [Self.lower, Self.upper] {
        #expect(try machine.abort(half, .read)?.esr == 0x25 << 26 | 1 << 25 | 0x04)
      }
    }
  }

  @Test("A root beyond the output size is an address size fault at level 0")
  func rootBeyondOutput() throws {
    var machine = try ArmMachine()
    Self.build(&machine)
    machine.registers.tcrEL1 &= ~(7 << 32)
    machine.registers.ttbr0EL1 = 1 << 32
    #expect(try machine.abort(Self.lower, .read)?.esr == 0x25 << 26 | 1 << 25)
    #expect(try machine.abort(Self.upper, .read) == nil)

    var host = try ArmMachine()
    _ = host.turnOnStage2(Self.shape)
    host.registers.vtcrEL2 &= ~(7 << 16)
    host.registers.vttbrEL2 = 1 << 32
    let abort = try host.abort(0x1234, .write)
    #expect(abort?.esr == 0x24 << 26 | 1 << 25 | 0x40)
    #expect(abort?.hpfar == 0x10)
    // A guest-physical address that is too wide comes first.
    #expect(try host.abort(1 << 39, .write)?.esr == 0x24 << 26 | 1 << 25 | 0x44)
  }

  @Test("Where stage 2 stops everything, the root of stage 1 is the first thing it stops")
  func stage2Refusal() throws {
    var machine = try ArmMachine()
    Self.build(&machine)
    machine.registers.hcrEL2 |= 1
    machine.registers.vtcrEL2 |= 63
    let abort = try machine.abort(Self.lower, .write)
    #expect(abort?.esr == 0x24 << 26 | 1 << 25 | 0x80 | 0x40 | 0x04)
    #expect(abort?.hpfar == machine.registers.ttbr0EL1 >> 8)
    // What stage 1 finds out before it reads is found out before that.
    #expect(try machine.abort(1 << 40, .write)?.targetEL == 1)
  }

  @Test("An output address beyond IPS or PS is an address size fault")
  func outputSize() throws {
    for (encoding, bits) in [(0, 32), (1, 36), (2, 40), (3, 42), (4, 44)] as [(UInt64, UInt64)] {
      for isHost in [false, true] {
        var machine = try ArmMachine()
        let root =
          isHost ? machine.turnOnStage2(Self.shape) : machine.turnOnStage1(Self.shape)
        if isHost {
          machine.registers.vtcrEL2 = machine.registers.vtcrEL2 & ~(7 << 16) | encoding << 16
        } else {
          machine.registers.tcrEL1 = machine.registers.tcrEL1 & ~(7 << 32) | encoding << 32
        }
        let attributes: UInt64 = isHost ? 0x7fc : Self.page
        let place = machine.map(0x1000, to: 1 << (bits - 1), attributes, root: root, Self.shape)
        #expect(try machine.abort(0x1234, .read) == nil)
        machine.memory.store(1 << bits | attributes | 3, at: place)
        let abort = try machine.abort(0x1234, .read)
        #expect(abort.map { $0.esr & 0x3f } == 0x03)
        #expect(abort?.targetEL == (isHost ? 2 : 1))
        // PARange limits it as well: 40 bits.
        machine.registers.idAA64MMFR0EL1 = 2
        machine.memory.store(1 << 40 | attributes | 3, at: place)
        #expect(try machine.abort(0x1234, .read).map { $0.esr & 0x3f } == 0x03)
      }
    }
  }

  @Test("Translation fault, address size fault, access flag fault, permission fault: in this order")
  func priorities() throws {
    var machine = try ArmMachine()
    let root = machine.turnOnStage1(Self.shape)
    machine.registers.tcrEL1 &= ~(7 << 32)
    // Everything is wrong: read-only, unused, too wide, invalid.
    let place = machine.map(0x1000, to: 0, 0, root: root, Self.shape)
    for (entry, status) in [
      (1 << 40 | 0x80, 0x07), (1 << 40 | 0x83, 0x03), (0x83, 0x0b), (0x483, 0x0f),
    ] as [(UInt64, UInt64)] {
      machine.memory.store(entry, at: place)
      #expect(try machine.abort(0x1234, .write).map { $0.esr & 0x3f } == status)
    }
  }

  @Test("With stage 1 off the address is checked against the PE's size, and TBI still counts")
  func stage1Off() throws {
    var machine = try ArmMachine()
    #expect(try machine.translate(0x1234, .fetch).get().hostPhysical.value == 0x1234)
    #expect(try machine.translate(1 << 47, .read).get().hostPhysical.value == 1 << 47)
    #expect(try machine.abort(1 << 48, .write)?.esr == 0x25 << 26 | 1 << 25 | 0x40)
    machine.registers.idAA64MMFR0EL1 = 2
    #expect(try machine.abort(1 << 40, .read)?.esr == 0x25 << 26 | 1 << 25)
    #expect(try machine.abort(0x5a << 56 | 0x1234, .read)?.esr == 0x25 << 26 | 1 << 25)
    machine.registers.tcrEL1 |= 1 << 37
    let found = try machine.translate(0x5a << 56 | 0x1234, .read).get()
    #expect(found.hostPhysical.value == 0x1234)
    #expect(found.guestPageBytes == nil)
  }

  @Test("With 52-bit physical addresses the 64K granule has larger blocks and wider descriptors")
  func largeAddresses() throws {
    let shape = ArmShape(pageShift: 16, inputBits: 48, levels: 3)
    var machine = try ArmMachine()
    let root = machine.turnOnStage1(shape)
    let place = machine.map(0, to: 0, Self.page, root: root, shape, leafLevel: 2)
    #expect(try machine.abort(0x1234, .read).map { $0.esr & 0x3f } == 0x05)
    machine.registers.idAA64MMFR0EL1 = 6
    #expect(try machine.translate(0x1234, .read).get().guestPageBytes == 4 << 40)
    // Bits 15:12 hold address bits 51:48 now.
    machine.memory.store(1 << 12 | Self.page | 1, at: place)
    #expect(try machine.abort(0x1234, .read).map { $0.esr & 0x3f } == 0x01)
  }

  @Test("Values that the architecture or this model does not have are refused by name")
  func refusals() throws {
    func refused(
      _ register: String, _ rule: String, _ change: (inout ArmRegisters) -> Void,
      _ location: SourceLocation = #_sourceLocation
    ) throws {
      var machine = try ArmMachine()
      Self.build(&machine)
      _ = machine.turnOnStage2(Self.shape)
      var registers = machine.registers
      change(&registers)
      var processor = try ArmProcessor(machine.registers)
      do {
        try processor.set(registers)
        Issue.record("the registers should be refused", sourceLocation: location)
      } catch {
        #expect(error.register == register, sourceLocation: location)
        #expect(error.rule.contains(rule), sourceLocation: location)
      }
      // The registers before are still in force.
      #expect(processor.registers == machine.registers, sourceLocation: location)
    }
    try refused("hcr_el2", "AArch32") { $0.hcrEL2 &= ~(1 << 31) }
    try refused("hcr_el2", "TGE") { $0.hcrEL2 |= 1 << 27 }
    try refused("hcr_el2", "FEAT_NV") { $0.hcrEL2 |= 1 << 42 }
    try refused("hcr_el2", "FEAT_NV") { $0.hcrEL2 |= 1 << 45 }
    try refused("pstate", "AArch32") { $0.pstate |= 1 << 4 }
    try refused("sctlr_el1", "big-endian") { $0.sctlrEL1 |= 1 << 25 }
    try refused("tcr_el1", "FEAT_LPA2") { $0.tcrEL1 |= 1 << 59 }
    try refused("tcr_el1", "FEAT_MTE4") { $0.tcrEL1 |= 1 << 60 }
    try refused("tcr_el1", "52-bit") { $0.tcrEL1 = $0.tcrEL1 & ~(7 << 32) | 6 << 32 }
    try refused("tcr_el1", "reserved") { $0.tcrEL1 |= 7 << 32 }
    try refused("tcr_el1", "TG0 = 3") { $0.tcrEL1 |= 3 << 14 }
    try refused("tcr_el1", "TG1 = 0") { $0.tcrEL1 &= ~(3 << 30) }
    try refused("tcr_el1", "FEAT_LVA") { $0.tcrEL1 = $0.tcrEL1 & ~0x3f | 12 | 1 << 14 }
    try refused("ttbr0_el1", "4096 bytes") { $0.ttbr0EL1 |= 1 << 11 }
    try refused("ttbr1_el1", "4096 bytes") { $0.ttbr1EL1 |= 1 << 11 }
    try refused("vtcr_el2", "FEAT_LPA2") { $0.vtcrEL2 |= 1 << 32 }
    try refused("vtcr_el2", "FEAT_S2PIE") { $0.vtcrEL2 |= 1 << 36 }
    try refused("vtcr_el2", "TG0 = 3") { $0.vtcrEL2 |= 3 << 14 }
    try refused("vtcr_el2", "52-bit") { $0.vtcrEL2 = $0.vtcrEL2 & ~(7 << 16) | 6 << 16 }
    try refused("vtcr_el2", "FEAT_LPA") {
      $0.idAA64MMFR0EL1 = 6
      $0.vtcrEL2 = $0.vtcrEL2 & ~0x3f | 14 | 1 << 14
    }
    try refused("id_aa64mmfr0_el1", "52 bits") { $0.idAA64MMFR0EL1 = 7 }
    // Sixteen tables of the 4K granule at level 1.
    try refused("vttbr_el2", "65536 bytes") {
      $0.vtcrEL2 = $0.vtcrEL2 & ~0x3f | 21
      $0.vttbrEL2 = 0x4000_8000
    }
  }

  @Test("What belongs to a stage that is off, or to a half without walks, is not looked at")
  func unusedRegisters() throws {
    var registers = ArmRegisters()
    registers.tcrEL1 = ~0
    registers.ttbr0EL1 = ~0
    registers.vtcrEL2 = ~0
    registers.vttbrEL2 = ~0
    registers.sctlrEL1 = 1 << 25
    _ = try ArmProcessor(registers)
    registers.sctlrEL1 = 1
    registers.tcrEL1 = 1 << 7 | 1 << 23 | 3 << 14
    _ = try ArmProcessor(registers)
    // CnP and the ASID or VMID are not part of a root's address.
    var machine = try ArmMachine()
    Self.build(&machine)
    machine.registers.ttbr0EL1 |= 0xabcd << 48 | 1
    #expect(try machine.abort(Self.lower, .read) == nil)
  }
}
