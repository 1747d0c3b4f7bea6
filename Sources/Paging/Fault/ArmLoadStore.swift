// Arm ARM C4.1, "A64 instruction set encoding", and the description of ESR_EL2.ISS for data aborts.

/// What the syndrome of a stage-2 data abort tells of the load or store that made the access.
struct ArmLoadStore: Sendable, Hashable {
  /// The part of ISS that describes an instruction: ISV, SAS, SSE, SRT, SF and AR; 0 where the
  /// architecture gives none.
  var syndrome: UInt64 = 0
  /// LDTR, STTR and their kin.
  var isUnprivileged = false
  /// A cache maintenance instruction.
  var isCacheMaintenance = false

  /// The bits of ISS that describe an instruction.
  static let fields = Bits(14...24)

  /// What an instruction's encoding tells, if there is one.
  init?(_ instruction: UInt32?) {
    guard let instruction else { return nil }
    let word = UInt64(instruction)
    // SYS with CRn = 7: cache maintenance and address translation; but DC ZVA and its kin (CRm = 4)
    // are stores.
    isCacheMaintenance =
      word & 0xfff8_0000 == 0xd508_0000 && Bits(12...15).of(word) == 7
      && Bits(8...11).of(word) != 4
    let register = Bits(0...4).of(word)
    let size = Bits(30...31).of(word)
    let operation = Bits(22...23).of(word)
    let isVector = Bits(26).isSet(in: word)
    guard !isVector else { return }

    switch Bits(24...29).of(word) {
    case 0b111001:
      // An unsigned offset.
      describe(size, operation, register)
    case 0b111000:
      switch (Bits(21).of(word), Bits(10...11).of(word)) {
      case (0, 0), (1, 2):
        // An unscaled offset (LDUR); a register offset.
        describe(size, operation, register)
      case (0, 2):
        isUnprivileged = true
        describe(size, operation, register)
      case (1, 0) where word & 0x3fff_fc00 == 0x38bf_c000:
        // LDAPR, which the atomics' space holds.
        describe(size, 1, register, isOrdered: true)
      default:
        // With writeback, or atomic.
        break
      }
    case 0b011000:
      // From a literal: 32 bits, 64 bits, 32 bits sign-extended, or a prefetch.
      switch size {
      case 0: describe(2, 1, register)
      case 1: describe(3, 1, register)
      case 2: describe(2, 2, register)
      default: break
      }
    case 0b001000 where Bits(23).isSet(in: word) && !Bits(21).isSet(in: word):
      // LDAR and STLR; LDLAR and STLLR, of which bit 15 is clear, order within a region only.
      describe(size, Bits(22).of(word), register, isOrdered: Bits(15).isSet(in: word))
    case 0b011001 where !Bits(21).isSet(in: word) && Bits(10...11).of(word) == 0:
      // LDAPUR and STLUR.
      describe(size, operation, register, isOrdered: true)
    default:
      break
    }
  }

  /// Fills in the syndrome of a single-register access without writeback.
  ///
  /// The operation is 0 for a store, 1 for a load, 2 for one that is sign-extended to 64 bits and 3 for
  /// one that is sign-extended to 32.
  private mutating func describe(
    _ size: UInt64, _ operation: UInt64, _ register: UInt64, isOrdered: Bool = false
  ) {
    // A prefetch, or no instruction.
    guard size + operation < 5 else { return }
    let isSigned = operation >= 2
    let isWide = isSigned ? operation == 2 : size == 3
    syndrome =
      1 << 24 | size << 22 | (isSigned ? 1 << 21 : 0) | register << 16 | (isWide ? 1 << 15 : 0)
      | (isOrdered ? 1 << 14 : 0)
  }
}
