import Testing

@testable import Paging

@Suite("AArch64 walks")
struct ArmWalkTests {
  /// The 4K granule at both stages, 48-bit addresses over a 40-bit intermediate physical space whose
  /// walk starts at level 1 with two concatenated tables.
  private func example(_ registers: inout ArmRegisters) throws -> PhysicalMemory {
    var memory = try PhysicalMemory(at: HostPhysical(0x8000_0000), bytes: 1 << 20)
    // Stage 2: the root 0x8000_0000 (8 KiB), then 0x8000_4000 and 0x8000_5000, and sixteen pages.
    memory.store(0x8000_4003, at: HostPhysical(0x8000_0000))
    memory.store(0x8000_5003, at: HostPhysical(0x8000_4000))
    for page in 0..<16 as Range<UInt64> {
      memory.store(
        0x8001_0000 + page << 12 | 0x7ff, at: HostPhysical(0x8000_5000 + page * 8))
    }
    // Stage 1: tables at guest-physical 0 to 0x3000; the page is guest-physical 0x4000.
    memory.store(0x1003, at: HostPhysical(0x8001_0000))
    memory.store(0x2003, at: HostPhysical(0x8001_1000))
    memory.store(0x3003, at: HostPhysical(0x8001_2000))
    memory.store(0x4703, at: HostPhysical(0x8001_3000 + 8))
    registers.hcrEL2 |= 1
    registers.vtcrEL2 = 24 | 1 << 6 | 5 << 16
    registers.vttbrEL2 = 0x8000_0000
    registers.tcrEL1 = 16 | 16 << 16 | 2 << 30 | 5 << 32
    registers.sctlrEL1 = 1
    registers.mairEL1 = 0xff
    return memory
  }

  @Test("Four levels over three take 19 reads")
  func reads() throws {
    var registers = ArmRegisters()
    var memory = try example(&registers)
    let processor = try ArmProcessor(registers)
    let found = try processor.translate(GuestVirtual(0x1008), .write, in: &memory)
    #expect(found.hostPhysical == HostPhysical(0x8001_4008))
    #expect(found.guestPhysical == GuestPhysical(0x4008))
    #expect(found.reads == 19)
    #expect(found.updates == 0)
    #expect(processor.parEL1(found) == 0xff00_0000_8001_4b80)
  }

  @Test("A stage-1 table without a stage-2 page is an abort to EL2 with S1PTW")
  func cascade() throws {
    var registers = ArmRegisters()
    var memory = try example(&registers)
    memory.store(0, at: HostPhysical(0x8000_5000 + 2 * 8))
    let processor = try ArmProcessor(registers)
    let failure = #expect(throws: WalkFailure.self) {
      try processor.translate(GuestVirtual(0x1008), .write, in: &memory)
    }
    guard let failure, case .armAbort(let abort) = processor.report(failure) else {
      Issue.record("there should be an abort")
      return
    }
    #expect(abort.targetEL == 2)
    #expect(abort.esr == 0x24 << 26 | 1 << 25 | 1 << 7 | 1 << 6 | 0x07)
    #expect(abort.hpfar == 0x20)
    #expect(abort.far == 0x1008)
    #expect(failure.context == .tableRead)
  }
}
