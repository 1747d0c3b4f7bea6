import Testing

@testable import Paging

@Suite("RISC-V registers")
struct RISCVRegistersTests {
  private static let sv39: UInt64 = 8 << 60

  private func registers(
    vsatp: UInt64 = sv39, hstatus: UInt64 = 0, menvcfg: UInt64 = 0, henvcfg: UInt64 = 0
  ) -> RISCVRegisters {
    var registers = RISCVRegisters()
    registers.vsatp = vsatp
    registers.hstatus = hstatus
    registers.menvcfg = menvcfg
    registers.henvcfg = henvcfg
    return registers
  }

  /// The register that is refused, if one is.
  private func refused(_ registers: RISCVRegisters) -> String? {
    do throws(RegisterError) {
      _ = try RISCVProcessor(registers)
      return nil
    } catch {
      return error.register
    }
  }

  @Test("A guest of 32 bits is refused")
  func width() {
    #expect(refused(registers(hstatus: 0)) == nil)
    #expect(refused(registers(hstatus: 1 << 32)) == "hstatus")
    #expect(refused(registers(hstatus: 2 << 32)) == nil)
    #expect(refused(registers(hstatus: 3 << 32)) == "hstatus")
  }

  @Test("Big-endian tables are refused where there are tables")
  func endianness() {
    #expect(refused(registers(hstatus: 1 << 5)) == "hstatus")
    #expect(refused(registers(vsatp: 0, hstatus: 1 << 5)) == nil)
  }

  @Test("Pointer masking is refused", arguments: [1, 2, 3] as [UInt64])
  func pointerMasking(mode: UInt64) {
    #expect(refused(registers(henvcfg: mode << 32)) == "henvcfg")
    #expect(refused(registers(hstatus: mode << 48)) == "hstatus")
    // menvcfg's own field is about HS-mode.
    #expect(refused(registers(menvcfg: mode << 32)) == nil)
  }

  @Test("Shadow stacks are refused where both registers have them")
  func shadowStacks() {
    #expect(refused(registers(menvcfg: 1 << 3, henvcfg: 1 << 3)) == "henvcfg")
    #expect(refused(registers(henvcfg: 1 << 3)) == nil)
    #expect(refused(registers(vsatp: 0, menvcfg: 1 << 3, henvcfg: 1 << 3)) == nil)
  }

  @Test("What decides nothing here is taken as it is")
  func others() {
    // SPVP, SPV and GVA; VTSR, VTW and VTVM; FIOM and the cache-block controls.
    #expect(refused(registers(hstatus: 0x70_01c0)) == nil)
    #expect(refused(registers(menvcfg: 3 << 61 | 0xf1, henvcfg: 3 << 61 | 0xf1)) == nil)
  }

  @Test("Reserved modes are refused")
  func modes() {
    for mode in 0..<16 as Range<UInt64> where mode != 0 && !(8...10).contains(mode) {
      #expect(refused(registers(vsatp: mode << 60)) == "vsatp")
      var host = registers(vsatp: 0)
      host.hgatp = mode << 60
      #expect(refused(host) == "hgatp")
    }
  }
}
