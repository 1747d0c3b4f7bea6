// RISC-V privileged architecture, hypervisor extension, "Transformed Instruction or
// Pseudoinstruction for mtinst or htinst"; unprivileged architecture, "RV32/64G Instruction Set
// Listings", "C" and "Zcb".

/// The load, store or atomic instruction that made an access, as htinst shows it.
struct RISCVLoadStore: Sendable, Hashable {
  /// The instruction without what the trap handler has no use for: the base register, whose place
  /// takes an offset that is zero for an aligned access, and the immediate.
  let transformed: UInt64

  /// The transformation of an instruction; nothing for one that has none.
  init?(_ instruction: UInt32?) {
    guard let instruction else { return nil }
    let word = UInt64(instruction)
    if word & 0b11 == 0b11 {
      guard let transformed = Self.transform(word) else { return nil }
      self.transformed = transformed
    } else {
      // "Expand the compressed instruction to its 32-bit equivalent. Transform the 32-bit equivalent
      // instruction. Replace bit 1 with a 0."
      guard let expanded = Self.expand(word) else { return nil }
      transformed = expanded & ~0b10
    }
  }

  private static let function = Bits(12...14)

  private static func transform(_ word: UInt64) -> UInt64? {
    let width = function.of(word)
    switch Bits(0...6).of(word) {
    case Opcode.load where width != 7, Opcode.floatLoad where (1...4).contains(width):
      // What stays is rd, funct3 and the opcode.
      return Bits(0...14).of(word)
    case Opcode.store where width <= 3, Opcode.floatStore where (1...4).contains(width):
      // What stays is rs2, funct3 and the opcode.
      return word & (Bits(20...24).mask | function.mask | Bits(0...6).mask)
    case Opcode.atomic where width <= 4,
      // HLV, HLVX and HSV.
      Opcode.system where width == 4 && Bits(28...31).of(word) == 0b0110:
      // "All fields are the same as the trapping instruction except bits 19:15."
      return word & ~Bits(15...19).mask
    default:
      return nil
    }
  }

  private enum Opcode {
    static let load: UInt64 = 0x03
    static let floatLoad: UInt64 = 0x07
    static let store: UInt64 = 0x23
    static let floatStore: UInt64 = 0x27
    static let atomic: UInt64 = 0x2f
    static let system: UInt64 = 0x73
  }

  /// The transformed 32-bit equivalent of a compressed load or store of RV64.
  private static func expand(_ word: UInt64) -> UInt64? {
    guard word >> 16 == 0 else { return nil }
    // rd' and rs2' name x8 to x15; the forms with the stack pointer name any register.
    let short = 8 + Bits(2...4).of(word)
    let load = Bits(7...11).of(word)
    let store = Bits(2...6).of(word)
    switch (Bits(0...1).of(word), Bits(13...15).of(word)) {
    case (0, 0b001): return made(Opcode.floatLoad, 3, target: short)
    case (0, 0b010): return made(Opcode.load, 2, target: short)
    case (0, 0b011): return made(Opcode.load, 3, target: short)
    case (0, 0b101): return made(Opcode.floatStore, 3, source: short)
    case (0, 0b110): return made(Opcode.store, 2, source: short)
    case (0, 0b111): return made(Opcode.store, 3, source: short)
    case (0, 0b100):
      // Zcb: C.LBU; C.LHU and C.LH; C.SB; C.SH.
      switch (Bits(10...12).of(word), Bits(6).isSet(in: word)) {
      case (0b000, _): return made(Opcode.load, 4, target: short)
      case (0b001, false): return made(Opcode.load, 5, target: short)
      case (0b001, true): return made(Opcode.load, 1, target: short)
      case (0b010, _): return made(Opcode.store, 0, source: short)
      case (0b011, false): return made(Opcode.store, 1, source: short)
      default: return nil
      }
    case (2, 0b001): return made(Opcode.floatLoad, 3, target: load)
    // "The code points with rd=x0 are reserved."
    case (2, 0b010) where load != 0: return made(Opcode.load, 2, target: load)
    case (2, 0b011) where load != 0: return made(Opcode.load, 3, target: load)
    case (2, 0b101): return made(Opcode.floatStore, 3, source: store)
    case (2, 0b110): return made(Opcode.store, 2, source: store)
    case (2, 0b111): return made(Opcode.store, 3, source: store)
    default: return nil
    }
  }

  private static func made(
    _ opcode: UInt64, _ width: UInt64, target: UInt64 = 0, source: UInt64 = 0
  ) -> UInt64 {
    source << 20 | width << 12 | target << 7 | opcode
  }
}
