import Paging

extension RecordReader {
  private static let isas = NameTable(ISA.allCases.map(\.rawValue))
  private static let x86Accesses = NameTable(["read", "write", "fetch"])
  private static let armAccesses = NameTable(["read", "write", "fetch", "at-read", "at-write"])
  private static let riscvAccesses = NameTable(["read", "write", "fetch", "hlvx"])
  private static let modes = NameTable(["vs", "vu"])

  /// The ISA that the record names, or the one of the record before.
  mutating func isa(before: ISA?) -> ISA? {
    guard has(.isa) else { return before }
    return choice(.isa, in: Self.isas).map { ISA.allCases[$0] }
  }

  /// The access that the record asks for.
  mutating func access(isa: ISA) -> Access {
    switch isa {
    case .x86:
      let level = has(.cpl) ? number(.cpl, limit: 3) : 0
      return Access(plainKind(Self.x86Accesses), level == 3 ? .user : .supervisor)
    case .arm:
      let level = has(.el) ? number(.el, limit: 1) : 1
      var access = Access(.read, level == 0 ? .user : .supervisor, instruction: instruction())
      let number = has(.access) ? choice(.access, in: Self.armAccesses) ?? 0 : 0
      access.kind = [.read, .write, .fetch, .read, .write][number]
      access.isAddressTranslation = number >= 3
      return access
    case .riscv:
      let mode = has(.mode) ? choice(.mode, in: Self.modes) : 0
      let kinds = Self.riscvAccesses
      return Access(
        plainKind(kinds), mode == 1 ? .user : .supervisor, instruction: instruction())
    }
  }

  /// The kind of access, where the words are in the order of the kinds.
  private mutating func plainKind(_ words: NameTable) -> Access.Kind {
    guard has(.access), let number = choice(.access, in: words) else { return .read }
    return Access.Kind(rawValue: UInt8(number)) ?? .read
  }

  private mutating func instruction() -> UInt32? {
    guard has(.instruction) else { return nil }
    return number(.instruction, limit: UInt64(UInt32.max)).map { UInt32($0) }
  }

  /// The address that the record asks about; nothing where it only sets registers.
  mutating func address() -> GuestVirtual? {
    guard has(.address) else {
      for key in [RecordKey.access, .cpl, .el, .mode, .instruction] where has(key) {
        refuse(key, "it says how an address is accessed, but the record has no “address”")
      }
      return nil
    }
    // A value that is refused stands for none; the record is not answered anyway.
    return GuestVirtual(number(.address) ?? 0)
  }

  /// Takes the record's registers over and says how many there are.
  mutating func setRegisters<Registers>(
    _ keys: Range<Int>, of table: RegisterTable<Registers>, in registers: inout Registers
  ) -> Int {
    // The bits of `keys`, moved down to bit 0.
    var rest = (present & (.max >> UInt64(64 - keys.upperBound))) >> UInt64(keys.lowerBound)
    let count = rest.nonzeroBitCount
    while rest != 0 {
      let number = rest.trailingZeroBitCount
      rest &= rest - 1
      let key = RecordKey(rawValue: UInt8(keys.lowerBound + number))
      if isNull(key), table.isOptional(number) {
        table.set(number, to: nil, in: &registers)
      } else if let value = self.number(key) {
        table.set(number, to: value, in: &registers)
      }
    }
    return count
  }
}
