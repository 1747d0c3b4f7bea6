import Guests
import Testing

@testable import Paging

@Suite("x86-64 registers")
struct X86RegisterTests {
  /// Registers of a guest in long mode over EPT or nested tables.
  private static func longMode(nested: Bool = false) -> X86Registers {
    var registers = X86Registers()
    registers.cr0 = 0x8001_0001
    registers.cr3 = 0x1000
    registers.cr4 = 0x20
    registers.efer = 0xd00
    registers.maxphyaddr = 46
    if nested { registers.ncr3 = 0x1000 } else { registers.eptp = 0x105e }
    return registers
  }

  private static func refusal(_ registers: X86Registers) -> RegisterError? {
    do {
      _ = try X86Processor(registers)
      return nil
    } catch {
      return error
    }
  }

  @Test("What is whole is taken")
  func taken() {
    #expect(Self.refusal(X86Registers()) == nil)
    #expect(Self.refusal(Self.longMode()) == nil)
    #expect(Self.refusal(Self.longMode(nested: true)) == nil)
    // 5-level EPT, uncached, without flags.
    var registers = Self.longMode()
    registers.eptp = 0x1020
    #expect(Self.refusal(registers) == nil)
    // PCID, PWT and PCD of CR3 are no part of the root; those of nCR3 may be set.
    registers.cr3 = 0x1fff
    #expect(Self.refusal(registers) == nil)
    registers = Self.longMode(nested: true)
    registers.ncr3 = 0x1018
    #expect(Self.refusal(registers) == nil)
  }

  /// One change to whole registers, what is refused of it and what the sentence must say.
  struct Refusal: Sendable {
    var nested = false
    var change: @Sendable (inout X86Registers) -> Void
    var register: String
    var says: String
  }

  static let refusals: [Refusal] = [
    Refusal(change: { $0.maxphyaddr = 31 }, register: "maxphyaddr", says: "32 to 52"),
    Refusal(change: { $0.maxphyaddr = 53 }, register: "maxphyaddr", says: "32 to 52"),
    Refusal(change: { $0.maxphyaddr = ~0 }, register: "maxphyaddr", says: "32 to 52"),
    Refusal(change: { $0.cr0 = 0x8000_0000 }, register: "cr0", says: "PE"),
    Refusal(change: { $0.efer = 0x900 }, register: "efer", says: "LMA"),
    Refusal(change: { $0.efer = 0xc00 }, register: "efer", says: "LME"),
    Refusal(change: { $0.cr0 = 1 }, register: "efer", says: "LMA"),
    Refusal(
      change: { $0.efer = 0x800 }, register: "efer", says: "PAE paging, which is not modelled"),
    Refusal(
      change: {
        $0.efer = 0
        $0.cr4 = 0
      }, register: "efer", says: "32-bit paging, which is not modelled"),
    Refusal(change: { $0.cr4 = 0 }, register: "cr4", says: "PAE"),
    Refusal(
      change: {
        $0.cr0 = 1
        $0.efer = 0x900
        $0.cr4 = 0x2_0020
      }, register: "cr4", says: "PCIDE"),
    Refusal(change: { $0.cr4 |= 1 << 23 }, register: "cr4", says: "CET"),
    Refusal(change: { $0.cr4 |= 1 << 28 }, register: "cr4", says: "LAM"),
    Refusal(change: { $0.cr3 |= 1 << 61 }, register: "cr3", says: "LAM"),
    Refusal(change: { $0.cr3 |= 1 << 62 }, register: "cr3", says: "LAM"),
    Refusal(change: { $0.cr3 |= 1 << 46 }, register: "cr3", says: "maxphyaddr"),
    Refusal(change: { $0.efer |= 1 << 20 }, register: "efer", says: "upper address ignore"),
    Refusal(change: { $0.pkru = 1 << 32 }, register: "pkru", says: "reserved"),
    Refusal(change: { $0.ia32PKRS = 1 << 40 }, register: "ia32_pkrs", says: "reserved"),
    Refusal(change: { $0.ncr3 = 0x1000 }, register: "ncr3", says: "eptp is set too"),
    Refusal(change: { $0.eptp = 0x1059 }, register: "eptp", says: "memory type"),
    Refusal(
      change: { $0.ia32VMXEPTVPIDCap &= ~(1 << 14) }, register: "eptp", says: "memory type 6"),
    Refusal(change: { $0.eptp = 0x1016 }, register: "eptp", says: "3 or 4"),
    Refusal(change: { $0.eptp = 0x102e }, register: "eptp", says: "3 or 4"),
    Refusal(
      change: {
        $0.eptp = 0x1026
        $0.ia32VMXEPTVPIDCap &= ~(1 << 7)
      }, register: "eptp", says: "5 levels"),
    Refusal(
      change: { $0.ia32VMXEPTVPIDCap &= ~(1 << 6) }, register: "eptp", says: "4 levels"),
    Refusal(
      change: { $0.ia32VMXEPTVPIDCap &= ~(1 << 21) }, register: "eptp",
      says: "accessed and dirty"),
    Refusal(change: { $0.eptp = 0x10de }, register: "eptp", says: "shadow-stack"),
    Refusal(change: { $0.eptp = 0x185e }, register: "eptp", says: "11:8"),
    Refusal(change: { $0.eptp = 1 << 46 | 0x5e }, register: "eptp", says: "maxphyaddr"),
    Refusal(
      change: { $0.secondaryControls = 1 << 18 }, register: "secondary_controls", says: "#VE"),
    Refusal(
      change: { $0.secondaryControls = 1 << 23 }, register: "secondary_controls",
      says: "sub-page"),
    Refusal(nested: true, change: { $0.hostEFER = 0x1000 }, register: "host_efer", says: "LMA"),
    Refusal(nested: true, change: { $0.hostCR0 = 1 }, register: "host_cr0", says: "PG"),
    Refusal(nested: true, change: { $0.hostCR4 = 0 }, register: "host_cr4", says: "PAE"),
    Refusal(nested: true, change: { $0.ncr3 = 0x1800 }, register: "ncr3", says: "4-KByte"),
    Refusal(nested: true, change: { $0.ncr3 = 1 << 46 }, register: "ncr3", says: "maxphyaddr"),
  ]

  @Test("What the architecture or the model lacks is refused in a sentence")
  func refused() {
    for expected in Self.refusals {
      var registers = Self.longMode(nested: expected.nested)
      expected.change(&registers)
      guard let error = Self.refusal(registers) else {
        Issue.record("\(expected.register), \(expected.says): not refused")
        continue
      }
      #expect(error.register == expected.register)
      #expect(error.description.contains(expected.says), "\(error.description)")
      #expect(error.description.hasSuffix("."))
    }
  }

  @Test("A refusal leaves the old registers in force")
  func refusalChangesNothing() throws {
    var example = try X86Example.ept()
    var processor = try X86Processor(example.registers)
    var wrong = example.registers
    wrong.cr3 = 1 << 63
    #expect(throws: RegisterError.self) { try processor.set(wrong) }
    #expect(processor.registers == example.registers)
    let found = try processor.translate(X86Example.linear, .read, in: &example.memory)
    #expect(found.reads == 24)
  }

  @Test("No registers, address or memory trap")
  func nothingTraps() throws {
    var random = SplitMix64(seed: 0xabad)
    var memory = try PhysicalMemory(bytes: 1 << 16)
    for place in stride(from: 0, to: 1 << 16, by: 8) as StrideTo<UInt64> {
      memory.store(random.next() & 0x8000_0000_0000_ffff | 7, at: HostPhysical(place))
    }
    var accepted = 0
    for _ in 0..<20_000 {
      var registers = Self.longMode(nested: random.next() & 1 == 0)
      registers.cr3 = random.next() & 0xffff
      if registers.eptp != nil {
        registers.eptp = random.next() & 0xf000 | 0x5e
      } else {
        registers.ncr3 = random.next() & 0xf000
      }
      // A bit or two turned over somewhere.
      for _ in 0..<random.next() % 3 {
        let bit = 1 << (random.next() & 63) as UInt64
        switch random.next() % 9 {
        case 0: registers.cr0 ^= bit
        case 1: registers.cr4 ^= bit
        case 2: registers.efer ^= bit
        case 3: registers.eptp = registers.eptp.map { $0 ^ bit }
        case 4: registers.ncr3 = registers.ncr3.map { $0 ^ bit }
        case 5: registers.secondaryControls ^= bit
        case 6: registers.ia32VMXEPTVPIDCap ^= bit
        case 7: registers.hostEFER ^= bit
        default: registers.maxphyaddr = random.next() & 63
        }
      }
      guard let processor = try? X86Processor(registers) else { continue }
      accepted += 1
      for kind in Access.Kind.allCases {
        do {
          _ = try processor.translate(
            GuestVirtual(random.next() & 0xffff), Access(kind, .user), in: &memory)
        } catch {
          #expect(!processor.report(error).words.isEmpty)
        }
      }
    }
    #expect(accepted > 5_000)
  }
}
