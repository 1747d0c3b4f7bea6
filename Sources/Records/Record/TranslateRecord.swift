public import Paging

/// An access and the registers that it is made under: what a line of `translate` says.
public struct TranslateRecord: Sendable, Hashable {
  /// The registers.
  public var registers: ISARegisters
  /// The address that the program uses.
  public var address: GuestVirtual
  /// The access.
  public var access: Access

  /// An access under these registers.
  public init(_ registers: ISARegisters, _ address: GuestVirtual, _ access: Access) {
    self.registers = registers
    self.address = address
    self.access = access
  }

  /// The record as one line of `translate`, without its end; registers at their defaults are left out.
  public var line: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  fileprivate var accessWord: String {
    let prefix = access.isAddressTranslation ? "at-" : ""
    return switch access.kind {
    case .read: prefix + "read"
    case .write: prefix + "write"
    case .fetch: "fetch"
    case .hlvx: "hlvx"
    }
  }
}

extension JSONWriter {
  /// Writes a record of `translate`.
  public mutating func value(_ record: TranslateRecord) {
    let isUser = record.access.privilege == .user
    beginObject()
    key("isa")
    value(record.registers.isa.rawValue)
    record.registers.write(to: &self)
    key("address")
    hex(record.address.value)
    key("access")
    value(record.accessWord)
    switch record.registers.isa {
    case .x86:
      key("cpl")
      value(isUser ? 3 : 0)
    case .arm:
      key("el")
      value(isUser ? 0 : 1)
    case .riscv:
      key("mode")
      value(isUser ? "vu" : "vs")
    }
    if let instruction = record.access.instruction {
      key("instruction")
      hex(UInt64(instruction))
    }
    endObject()
  }
}
