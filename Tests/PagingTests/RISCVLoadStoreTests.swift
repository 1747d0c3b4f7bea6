import Testing

@testable import Paging

@Suite("RISC-V transformed instructions")
struct RISCVLoadStoreTests {
  /// Encodings that an assembler made, and what is left of them in htinst.
  @Test(
    "An instruction is transformed as its kind says",
    arguments: [
      (0x0085_b503, 0x0000_3503),  // ld a0,8(a1)
      (0xfec5_bc23, 0x00c0_3023),  // sd a2,-8(a1)
      (0x0005_b507, 0x0000_3507),  // fld fa0,0(a1)
      (0x00c5_b427, 0x00c0_3027),  // fsd fa2,8(a1)
      (0x4005_b52f, 0x4000_352f),  // amoor.d a0,zero,(a1)
      (0x1005_a52f, 0x1000_252f),  // lr.w a0,(a1)
      (0x6c05_c573, 0x6c00_4573),  // hlv.d a0,(a1)
      (0x62c5_c073, 0x62c0_4073),  // hsv.b a2,(a1)
      (0x6835_c573, 0x6830_4573),  // hlvx.wu a0,(a1)
      (0x6588, 0x0000_3501),  // c.ld a0,8(a1)
      (0x4a92, 0x0000_2a81),  // c.lwsp s5,4(sp)
      (0xc1d0, 0x00c0_2021),  // c.sw a2,4(a1)
      (0xa82a, 0x00a0_3025),  // c.fsdsp fa0,16(sp)
      (0x2588, 0x0000_3505),  // c.fld fa0,8(a1)
      (0x81c8, 0x0000_4501),  // c.lbu a0,2(a1)
    ] as [(UInt32, UInt64)])
  func transformed(instruction: UInt32, expected: UInt64) {
    #expect(RISCVLoadStore(instruction)?.transformed == expected)
  }

  @Test(
    "What is neither a load nor a store has no transformation",
    arguments: [
      0x0005_8513,  // addi a0,a1,0
      0x0000_0073,  // ecall
      0x0205_f007,  // vle64.v v0,(a1): no transformation is defined
      0x0005_f503,  // a load of a width that is reserved
      0x0001,  // c.nop
      0x4002,  // c.lwsp with rd = x0, which is reserved
      0x0000,
    ] as [UInt32])
  func nothing(instruction: UInt32) {
    #expect(RISCVLoadStore(instruction) == nil)
  }

  /// What htinst holds after an access that the G-stage's empty tables stop.
  private func htinst(_ access: Access) throws -> UInt64? {
    var memory = try PhysicalMemory(at: HostPhysical(0x8000_0000), bytes: 1 << 16)
    var registers = RISCVRegisters()
    registers.hgatp = 8 << 60 | 0x8000_0000 >> 12
    let hart = try RISCVProcessor(registers)
    do {
      _ = try hart.translate(GuestVirtual(0x1008), access, in: &memory)
      return nil
    } catch {
      guard case .riscvTrap(let trap) = hart.report(error) else { return nil }
      return trap.htinst
    }
  }

  @Test("htinst holds the transformed instruction of a load that faults, and zero without it")
  func report() throws {
    #expect(try htinst(Access(.read, instruction: 0x0085_b503)) == 0x3503)
    #expect(try htinst(.read) == 0)
    #expect(try htinst(Access(.fetch, instruction: 0x0085_b503)) == 0)
  }
}
