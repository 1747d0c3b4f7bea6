import Paging

/// A key of a record, as a small number: the fixed keys first, then the registers of each ISA.
struct RecordKey: Hashable, Sendable {
  let rawValue: UInt8

  init(rawValue: UInt8) { self.rawValue = rawValue }

  static let isa = Self(rawValue: 0)
  static let address = Self(rawValue: 1)
  static let access = Self(rawValue: 2)
  static let cpl = Self(rawValue: 3)
  static let el = Self(rawValue: 4)
  static let mode = Self(rawValue: 5)
  static let instruction = Self(rawValue: 6)
  static let options = Self(rawValue: 7)

  /// The names of the fixed keys, in the order of their numbers.
  private static let fixedNames = [
    "isa", "address", "access", "cpl", "el", "mode", "instruction", "options",
  ]

  private static let firstX86 = fixedNames.count
  private static let firstArm = firstX86 + RegisterTable<X86Registers>.x86.entries.count
  private static let firstRISCV = firstArm + RegisterTable<ArmRegisters>.arm.entries.count

  /// The names of all keys, by their numbers.
  static let table = NameTable(
    fixedNames + RegisterTable<X86Registers>.x86.names + RegisterTable<ArmRegisters>.arm.names
      + RegisterTable<RISCVRegisters>.riscv.names)

  static let count = table.names.count

  /// The numbers of the registers, by ISA.
  static let x86Registers = firstX86..<firstArm
  static let armRegisters = firstArm..<firstRISCV
  static let riscvRegisters = firstRISCV..<count

  private static let allowedX86 = bits([.isa, .address, .access, .cpl, .options], x86Registers)
  private static let allowedArm = bits(
    [.isa, .address, .access, .el, .instruction, .options], armRegisters)
  private static let allowedRISCV = bits(
    [.isa, .address, .access, .mode, .instruction, .options], riscvRegisters)

  private static func bits(_ keys: [Self], _ registers: Range<Int>) -> UInt64 {
    precondition(count <= 64, "a set of keys is one word")
    return registers.reduce(keys.reduce(0) { $0 | $1.bit }) { $0 | 1 << UInt64($1) }
  }

  /// The keys that a record of an ISA may have, as a set of bits.
  static func allowed(for isa: ISA) -> UInt64 {
    switch isa {
    case .x86: allowedX86
    case .arm: allowedArm
    case .riscv: allowedRISCV
    }
  }

  /// The ISAs whose records may have the key.
  var isas: [ISA] { ISA.allCases.filter { Self.allowed(for: $0) & bit != 0 } }

  var name: String { Self.table.names[Int(rawValue)] }
  var bit: UInt64 { 1 << UInt64(rawValue) }
}
