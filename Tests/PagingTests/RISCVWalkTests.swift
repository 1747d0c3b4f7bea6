import Testing

@testable import Paging

@Suite("RISC-V walks")
struct RISCVWalkTests {
  /// A guest page at 0x40_0000_1000's Sv39 path over Sv39x4, everything mapped by 4K leaves.
  private func example(_ registers: inout RISCVRegisters) throws -> PhysicalMemory {
    var memory = try PhysicalMemory(at: HostPhysical(0x8000_0000), bytes: 1 << 20)
    let leaf = { (address: UInt64, flags: UInt64) in address >> 2 | flags }
    // G-stage root 0x8000_0000 (16 KiB), then 0x8000_4000 and 0x8000_5000.
    memory.store(leaf(0x8000_4000, 1), at: HostPhysical(0x8000_0000))
    memory.store(leaf(0x8000_5000, 1), at: HostPhysical(0x8000_4000))
    for page in 0..<16 as Range<UInt64> {
      memory.store(leaf(0x8001_0000 + page << 12, 0xdf), at: HostPhysical(0x8000_5000 + page * 8))
    }
    // The guest's tables at guest-physical 0, 0x1000, 0x2000; its page is guest-physical 0x3000.
    memory.store(leaf(0x1000, 1), at: HostPhysical(0x8001_0000))
    memory.store(leaf(0x2000, 1), at: HostPhysical(0x8001_1000))
    memory.store(leaf(0x3000, 0xcf), at: HostPhysical(0x8001_2000 + 8))
    registers.vsatp = 8 << 60
    registers.hgatp = 8 << 60 | 0x8000_0000 >> 12
    return memory
  }

  @Test("Sv39 over Sv39x4 takes 15 reads")
  func reads() throws {
    var registers = RISCVRegisters()
    var memory = try example(&registers)
    let hart = try RISCVProcessor(registers)
    let found = try hart.translate(GuestVirtual(0x1008), .write, in: &memory)
    #expect(found.hostPhysical == HostPhysical(0x8001_3008))
    #expect(found.guestPhysical == GuestPhysical(0x3008))
    #expect(found.reads == 15)
    #expect(found.updates == 0)
  }

  @Test("A guest table without a G-stage page is a guest-page fault of the original access")
  func cascade() throws {
    var registers = RISCVRegisters()
    var memory = try example(&registers)
    memory.store(0, at: HostPhysical(0x8000_5000 + 2 * 8))
    let hart = try RISCVProcessor(registers)
    do {
      _ = try hart.translate(GuestVirtual(0x1008), .write, in: &memory)
      Issue.record("the walk should have stopped")
    } catch {
      guard case .riscvTrap(let trap) = hart.report(error) else {
        Issue.record("\(hart.report(error)) is no trap")
        return
      }
      #expect(trap.scause == 23)
      #expect(trap.htval == 0x2008 >> 2)
      #expect(trap.htinst == 0x3000)
      #expect(trap.stval == 0x1008)
      #expect(error.context == .tableRead)
    }
  }
}
