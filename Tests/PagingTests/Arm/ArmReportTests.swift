import Testing

@testable import Paging

@Suite("AArch64: syndromes and PAR_EL1")
struct ArmReportTests {
  private static let guest = ArmShape(pageShift: 12, inputBits: 48, levels: 4)
  private static let host = ArmShape(pageShift: 12, inputBits: 40, levels: 3)

  /// A page at 0x1000 of both kinds of tables, each entry writable and used; the places of the entries
  /// that map the page and the last table of stage 1.
  private struct Places {
    var guestRoot: UInt64
    var guestPage: HostPhysical
    var hostPage: HostPhysical
    var hostOfTable: HostPhysical
    var tablePage: UInt64
  }

  private static func build(_ machine: inout ArmMachine) -> Places {
    let root = machine.turnOnStage2(host)
    let guestRoot = machine.turnOnStage1(guest)
    let guestPage = machine.map(0x1000, to: 0x7_1000, 0x740, root: guestRoot, guest)
    let tables = ArmMachine.base..<machine.room(0x1000)
    for page in stride(from: tables.lowerBound, to: tables.upperBound, by: 0x1000) {
      machine.map(page, to: page, 0x7fc, root: root, host)
    }
    let hostPage = machine.map(0x7_1000, to: 0x9_1000, 0x7fc, root: root, host)
    let tablePage = guestPage.value & ~0xfff
    let hostOfTable = machine.map(tablePage, to: tablePage, 0x7fc, root: root, host)
    return Places(
      guestRoot: guestRoot, guestPage: guestPage, hostPage: hostPage, hostOfTable: hostOfTable,
      tablePage: tablePage)
  }

  /// EC, IL, and the rest of ESR.
  private static func esr(_ exceptionClass: UInt64, _ iss: UInt64) -> UInt64 {
    exceptionClass << 26 | 1 << 25 | iss
  }

  @Test("A stage-1 fault goes to EL1, from EL0 as from a lower level")
  func stage1() throws {
    let cases: [(entry: UInt64, access: Access, esr: UInt64)] = [
      (0, .read, Self.esr(0x25, 0x07)),
      (0, .write, Self.esr(0x25, 0x47)),
      (0, .fetch, Self.esr(0x21, 0x07)),
      (0, Access(.write, .user), Self.esr(0x24, 0x47)),
      (0, Access(.fetch, .user), Self.esr(0x20, 0x07)),
      (0x7_1343, .read, Self.esr(0x25, 0x0b)),
      (0x7_17c3, .write, Self.esr(0x25, 0x4f)),
      (0x7_1703, Access(.read, .user), Self.esr(0x24, 0x0f)),
      // A reserved encoding of the last level.
      (0x7_1741, .read, Self.esr(0x25, 0x07)),
    ]
    for (entry, access, esr) in cases {
      var machine = try ArmMachine()
      let places = Self.build(&machine)
      machine.memory.store(entry, at: places.guestPage)
      let abort = try machine.abort(0x1234, access)
      #expect(abort?.targetEL == 1)
      #expect(abort?.esr == esr)
      #expect(abort?.definedESR == ~0)
      #expect(abort?.far == 0x1234)
      #expect(abort?.hpfar == nil)
    }
  }

  @Test("A stage-2 fault of the access goes to EL2, with HPFAR where it is defined")
  func stage2() throws {
    let cases: [(entry: UInt64, access: Access, esr: UInt64, hpfar: UInt64?)] = [
      (0, .read, Self.esr(0x24, 0x07), 0x710),
      (0, .write, Self.esr(0x24, 0x47), 0x710),
      (0, .fetch, Self.esr(0x20, 0x07), 0x710),
      (0x9_13ff, .read, Self.esr(0x24, 0x0b), 0x710),
      // The guest-physical address of a permission fault is UNKNOWN: FAR_EL2 has to be translated.
      (0x9_177f, .write, Self.esr(0x24, 0x4f), nil),
      (0x40_0000_0009_17ff, .fetch, Self.esr(0x20, 0x0f), nil),
    ]
    for (entry, access, esr, hpfar) in cases {
      var machine = try ArmMachine()
      let places = Self.build(&machine)
      // EL1 can't execute what EL0 can write.
      machine.memory.store(0x7_1703, at: places.guestPage)
      machine.memory.store(entry, at: places.hostPage)
      let abort = try machine.abort(0x1234, access)
      #expect(abort?.targetEL == 2)
      #expect(abort?.esr == esr)
      // What describes the instruction is not known here.
      #expect(abort?.definedESR == (access.kind == .fetch ? ~0 : ~0x1ff_c000))
      #expect(abort?.far == 0x1234)
      #expect(abort?.hpfar == hpfar)
    }
  }

  @Test("A stage-2 fault on a stage-1 table has S1PTW and the original access's WnR")
  func tableWalk() throws {
    for (access, exceptionClass, write) in [
      (Access(.read), 0x24, 0), (Access(.write), 0x24, 0x40), (Access(.fetch), 0x20, 0),
    ] as [(Access, UInt64, UInt64)] {
      for (entry, status) in [(0x3ff, 0x0b), (0x7bf, 0x0f)] as [(UInt64, UInt64)] {
        var machine = try ArmMachine()
        let places = Self.build(&machine)
        machine.memory.store(places.tablePage | entry, at: places.hostOfTable)
        let abort = try machine.abort(0x1234, access)
        #expect(abort?.esr == Self.esr(exceptionClass, 0x80 | write | status))
        #expect(abort?.definedESR == ~0)
        // The place of the entry is a multiple of 8 in the page: HPFAR has the page.
        #expect(abort?.hpfar == places.tablePage >> 8)
        #expect(abort?.targetEL == 2)
      }
    }
  }

  @Test("An update of a stage-1 entry that stage 2 denies is reported under the access that asked")
  func tableUpdate() throws {
    var machine = try ArmMachine()
    let places = Self.build(&machine)
    machine.registers.tcrEL1 |= 1 << 39
    // The page's access flag is clear, and its table read-only at stage 2.
    machine.memory.store(0x7_1343, at: places.guestPage)
    machine.memory.store(places.tablePage | 0x77f, at: places.hostOfTable)
    let abort = try machine.abort(0x1234, .read)
    #expect(abort?.esr == Self.esr(0x24, 0x80 | 0x0f))
    #expect(abort?.hpfar == places.tablePage >> 8)
    #expect(machine.memory.word(at: places.guestPage) == 0x7_1343)
    #expect(try machine.abort(0x1234, .write)?.esr == Self.esr(0x24, 0x80 | 0x40 | 0x0f))
    #expect(try machine.parEL1(0x1234, .at(.read)) == 1 | 0x0f << 1 | 1 << 8 | 1 << 9 | 1 << 11)
  }

  @Test("Each level has its own status code")
  func levels() throws {
    // Stage 1: the root is level 0; stage 2 with 40 bits in three levels starts at level 1.
    for level in 0...3 as ClosedRange<UInt64> {
      var machine = try ArmMachine()
      let places = Self.build(&machine)
      var table = places.guestRoot
      for _ in 0..<level {
        table = (machine.memory.word(at: HostPhysical(table)) ?? 0) & 0x0000_ffff_ffff_f000
      }
      let offset: UInt64 = level == 3 ? 8 : 0
      let entry = machine.memory.word(at: HostPhysical(table + offset)) ?? 0
      machine.memory.store(0, at: HostPhysical(table + offset))
      #expect(try machine.abort(0x1234, .read)?.esr == Self.esr(0x25, 0x04 | level))
      // An address beyond the output size: 40 bits.
      machine.registers.tcrEL1 = machine.registers.tcrEL1 & ~(7 << 32) | 2 << 32
      machine.memory.store(entry | 1 << 40, at: HostPhysical(table + offset))
      #expect(try machine.abort(0x1234, .read)?.esr == Self.esr(0x25, level))
    }
  }

  @Test("The instruction's part of the syndrome")
  func instructions() throws {
    /// SAS, SSE, SRT, SF and AR of a valid one.
    func valid(
      _ size: UInt64, signed: UInt64 = 0, _ register: UInt64, wide: UInt64, ordered: UInt64 = 0
    ) -> UInt64 {
      1 << 24 | size << 22 | signed << 21 | register << 16 | wide << 15 | ordered << 14
    }
    let cases: [(word: UInt32, syndrome: UInt64)] = [
      (0xf940_0041, valid(3, 1, wide: 1)),  // ldr x1, [x2]
      (0xb940_0041, valid(2, 1, wide: 0)),  // ldr w1, [x2]
      (0x3940_0041, valid(0, 1, wide: 0)),  // ldrb w1, [x2]
      (0x3900_005f, valid(0, 31, wide: 0)),  // strb wzr, [x2]
      (0x79c0_0045, valid(1, signed: 1, 5, wide: 0)),  // ldrsh w5, [x2]
      (0x7980_0045, valid(1, signed: 1, 5, wide: 1)),  // ldrsh x5, [x2]
      (0xb980_0045, valid(2, signed: 1, 5, wide: 1)),  // ldrsw x5, [x2]
      (0xf862_6823, valid(3, 3, wide: 1)),  // ldr x3, [x1, x2]
      (0xf85f_8023, valid(3, 3, wide: 1)),  // ldur x3, [x1, #-8]
      (0xf840_0823, valid(3, 3, wide: 1)),  // ldtr x3, [x1]
      (0x5800_0007, valid(3, 7, wide: 1)),  // ldr x7, literal
      (0x1800_0007, valid(2, 7, wide: 0)),  // ldr w7, literal
      (0x9800_0007, valid(2, signed: 1, 7, wide: 1)),  // ldrsw x7, literal
      (0xc8df_fc23, valid(3, 3, wide: 1, ordered: 1)),  // ldar x3, [x1]
      (0x889f_fc23, valid(2, 3, wide: 0, ordered: 1)),  // stlr w3, [x1]
      (0xb8bf_c023, valid(2, 3, wide: 0, ordered: 1)),  // ldapr w3, [x1]
      (0xd940_8023, valid(3, 3, wide: 1, ordered: 1)),  // ldapur x3, [x1, #8]
      (0xf840_8423, 0),  // ldr x3, [x1], #8
      (0xf840_8c23, 0),  // ldr x3, [x1, #8]!
      (0xa940_0c22, 0),  // ldp x2, x3, [x1]
      (0xc85f_7c23, 0),  // ldxr x3, [x1]
      (0xc85f_fc23, 0),  // ldaxr x3, [x1]
      (0xf820_0023, 0),  // ldadd x0, x3, [x1]
      (0xfd40_0023, 0),  // ldr d3, [x1]
      (0x3dc0_0023, 0),  // ldr q3, [x1]
      (0xf980_0020, 0),  // prfm pldl1keep, [x1]
      (0xd50b_7421, 0),  // dc zva, x1
    ]
    for (word, syndrome) in cases {
      var machine = try ArmMachine()
      let places = Self.build(&machine)
      machine.memory.store(0, at: places.hostPage)
      let abort = try machine.abort(0x1234, Access(.write, instruction: word))
      let name: Comment = "\(String(word, radix: 16))"
      // LDTR has the rights of EL0, which the page does not refuse.
      #expect(abort?.esr == Self.esr(0x24, syndrome | 0x47), name)
      #expect(abort?.definedESR == ~0, name)
      // Neither a stage-1 fault nor one on a table describes the instruction.
      machine.memory.store(0, at: places.guestPage)
      #expect(
        try machine.abort(0x1234, Access(.write, instruction: word))?.esr == Self.esr(0x25, 0x47))
      machine.memory.store(0, at: places.hostOfTable)
      #expect(
        try machine.abort(0x1234, Access(.write, instruction: word))?.esr == Self.esr(0x24, 0xc7))
    }
    // dc civac, x1: cache maintenance is marked, and counts as a write.
    var machine = try ArmMachine()
    let places = Self.build(&machine)
    machine.memory.store(0, at: places.hostPage)
    #expect(
      try machine.abort(0x1234, Access(.read, instruction: 0xd50b_7e21))?.esr
        == Self.esr(0x24, 0x147))
  }

  @Test("LDTR and STTR have EL0's rights at EL1, unless PSTATE.UAO is set")
  func unprivileged() throws {
    var machine = try ArmMachine()
    let places = Self.build(&machine)
    // A page that only EL1 has.
    machine.memory.store(0x7_1703, at: places.guestPage)
    let access = Access(.read, instruction: 0xf840_0823)
    #expect(try machine.abort(0x1234, access)?.esr == Self.esr(0x25, 0x0f))
    machine.registers.pstate = 1 << 23
    #expect(try machine.abort(0x1234, access) == nil)
  }

  @Test("PAR_EL1 of an address translation that fails")
  func failedAddressTranslation() throws {
    var machine = try ArmMachine()
    var places = Self.build(&machine)
    machine.memory.store(0x9_177f, at: places.hostPage)
    #expect(try machine.parEL1(0x1234, .at(.write)) == 1 | 0x0f << 1 | 1 << 9 | 1 << 11)
    machine.memory.store(0, at: places.hostOfTable)
    #expect(try machine.parEL1(0x1234, .at(.write)) == 1 | 0x07 << 1 | 3 << 8 | 1 << 11)
    machine = try ArmMachine()
    places = Self.build(&machine)
    machine.memory.store(0, at: places.guestPage)
    #expect(try machine.parEL1(0x1234, .at(.read, .user)) == 1 | 0x07 << 1 | 1 << 11)
  }

  @Test("An address translation neither asks PAN nor makes a page dirty")
  func addressTranslationsOfWrites() throws {
    var machine = try ArmMachine()
    let places = Self.build(&machine)
    machine.registers.tcrEL1 |= 3 << 39
    machine.registers.vtcrEL2 |= 3 << 21
    machine.registers.pstate = 1 << 22
    // A page of EL0 that is to be made writable on demand at both stages.
    let guest: UInt64 = 0x8_0000_0007_13c3
    let host: UInt64 = 0x8_0000_0009_137f
    machine.memory.store(guest, at: places.guestPage)
    machine.memory.store(host, at: places.hostPage)
    let par = try machine.parEL1(0x1234, .at(.write))
    #expect(par & 0x0000_ffff_ffff_f001 == 0x9_1000)
    #expect(machine.memory.word(at: places.guestPage) == guest | 1 << 10)
    #expect(machine.memory.word(at: places.hostPage) == host | 1 << 10)
    // The store itself, of EL0, does.
    #expect(try machine.abort(0x1234, Access(.write, .user)) == nil)
    #expect(machine.memory.word(at: places.guestPage) == (guest | 1 << 10) & ~(1 << 7))
    #expect(machine.memory.word(at: places.hostPage) == host | 1 << 10 | 1 << 7)
  }

  @Test("The attributes of both stages combine in PAR_EL1")
  func attributes() throws {
    // Stage 1's field of MAIR_EL1 and SH, stage 2's MemAttr and SH, FWB; then ATTR and SH.
    let cases:
      [(mair: UInt64, sh: UInt64, memory: UInt64, sh2: UInt64, fwb: Bool, UInt64, UInt64)] =
        [
          // D8.6.6, "Combining stage 1 and stage 2 memory type attributes": the weaker one, and the
          // hints of stage 1.
          (0xff, 3, 0xf, 0, false, 0xff, 3), (0xff, 0, 0xf, 3, false, 0xff, 3),
          (0xff, 0, 0xf, 0, false, 0xff, 0), (0xff, 3, 0xf, 2, false, 0xff, 2),
          (0xff, 3, 0xa, 3, false, 0xbb, 3), (0xee, 3, 0xa, 3, false, 0xaa, 3),
          (0xff, 3, 0x5, 3, false, 0x44, 2), (0xbb, 3, 0xf, 3, false, 0xbb, 3),
          (0x44, 3, 0xf, 3, false, 0x44, 2), (0x4f, 3, 0xf, 3, false, 0x4f, 3),
          (0xff, 3, 0xd, 3, false, 0xf4, 3), (0xff, 3, 0x7, 3, false, 0x4f, 3),
          (0x77, 3, 0xf, 3, false, 0x77, 3), (0x33, 0, 0xf, 3, false, 0x33, 3),
          (0xff, 3, 0x0, 3, false, 0x00, 2), (0xff, 3, 0x3, 3, false, 0x0c, 2),
          (0x04, 0, 0xf, 3, false, 0x04, 2), (0x0c, 0, 0x1, 0, false, 0x04, 2),
          (0x00, 0, 0x3, 0, false, 0x00, 2), (0xf0, 3, 0xf, 3, false, 0xf0, 3),
          (0xf0, 3, 0xa, 3, false, 0xbb, 3),
          // HCR_EL2.FWB: 00xx Device, 0101 NC, 0110 Write-Back, 0111 as stage 1.
          (0x44, 0, 0x6, 3, true, 0xff, 3), (0xbb, 3, 0x6, 3, true, 0xff, 3),
          (0xaa, 3, 0x6, 3, true, 0xee, 3), (0x04, 3, 0x6, 3, true, 0xff, 3),
          (0xbb, 3, 0x7, 3, true, 0xbb, 3), (0x08, 3, 0x7, 3, true, 0x08, 2),
          (0xff, 3, 0x5, 3, true, 0x44, 2), (0x08, 3, 0x5, 3, true, 0x08, 2),
          (0xff, 3, 0x1, 3, true, 0x04, 2), (0x08, 3, 0x3, 3, true, 0x08, 2),
        ]
    for (mair, sh, memory, sh2, fwb, attributes, shareability) in cases {
      var machine = try ArmMachine()
      let places = Self.build(&machine)
      // Attribute 5, so that no other index would do.
      machine.registers.mairEL1 = mair << 40
      machine.registers.hcrEL2 |= fwb ? 1 << 46 : 0
      machine.memory.store(0x7_1457 | sh << 8, at: places.guestPage)
      machine.memory.store(0x9_14c3 | memory << 2 | sh2 << 8, at: places.hostPage)
      let par = try machine.parEL1(0x1234, .at(.read))
      #expect(
        par == attributes << 56 | 0x9_1000 | 1 << 11 | 1 << 9 | shareability << 7,
        "\(String(mair, radix: 16)) \(memory) \(fwb)")
    }
  }

  @Test("PAR_EL1 where stage 1 is off")
  func attributesWithoutStage1() throws {
    var machine = try ArmMachine()
    _ = Self.build(&machine)
    machine.registers.sctlrEL1 = 0
    // Device-nGnRnE, whatever stage 2 says.
    #expect(try machine.parEL1(0x7_1234, .at(.read)) == 0x9_1000 | 1 << 11 | 1 << 9 | 2 << 7)
    // HCR_EL2.DC: Write-Back, and stage 2 is on without VM.
    machine.registers.sctlrEL1 = 1
    machine.registers.hcrEL2 = machine.registers.hcrEL2 & ~1 | 1 << 12
    #expect(
      try machine.parEL1(0x7_1234, .at(.read))
        == 0xff << 56 | 0x9_1000 | 1 << 11 | 1 << 9 | 3 << 7)
    machine.registers.hcrEL2 &= ~(1 << 12)
    machine.registers.sctlrEL1 = 0
    #expect(try machine.parEL1(0x7_1234, .at(.read)) == 0x7_1000 | 1 << 11 | 1 << 9 | 2 << 7)
  }

  @Test("A report reads as a sentence")
  func words() throws {
    var machine = try ArmMachine()
    let places = Self.build(&machine)
    machine.memory.store(0, at: places.hostPage)
    #expect(
      try machine.abort(0x1234, Access(.write, .user, instruction: 0x3900_0041))?.words
        == """
        data abort from a lower exception level, taken to EL2: stage 2 translation fault, level 3, \
        by a write at guest-virtual 0x1234, guest-physical page 0x71000, 1 byte of W1
        """)
    machine.memory.store(0, at: places.guestPage)
    #expect(
      try machine.abort(0x1234, .fetch)?.words
        == """
        instruction abort from the same exception level, taken to EL1: stage 1 translation fault, \
        level 3, at guest-virtual 0x1234
        """)
  }
}
