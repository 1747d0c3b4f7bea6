/// What an entry of a table says, field by field.
public struct EntryFields: Sendable, Hashable, CustomStringConvertible {
  /// What an entry can be.
  public enum Kind: Sendable, Hashable {
    case notPresent
    case table
    case page
  }

  /// What the entry is.
  public let kind: Kind
  /// The fields that are not zero, under the manual's names, from bit 0 up, without the address and
  /// without the bits that make the entry what it is.
  ///
  /// A flag is its name, a number its name and value; bits that belong to no field come last as `other`.
  public let names: [String]

  init<Format: EditableFormat>(_ entry: UInt64, level: Int, _: Format.Type) {
    guard Format.isPresent(entry) else {
      kind = .notPresent
      names = []
      return
    }
    let isTable = Format.isTable(entry, level: level)
    kind = isTable ? .table : .page
    let known = Format.typeMask(isTable: isTable, level: level) | Format.addressField(~0)
    var other = entry & ~known
    var names: [String] = []
    for field in Format.fields(isTable: isTable, level: level) {
      if let name = field.text(of: entry) { names.append(name) }
      other &= ~field.bits.mask
    }
    if other != 0 { names.append("other=\(hex(other))") }
    self.names = names
  }

  /// The fields side by side.
  public var description: String {
    switch kind {
    case .notPresent: "not present"
    case .table: (["table"] + names).joined(separator: " ")
    case .page: (["page"] + names).joined(separator: " ")
    }
  }
}

extension GuestFormat {
  /// What an entry of a level says; levels are counted from the leaf.
  public func fields(of entry: UInt64, level: Int) -> EntryFields {
    encoding.fields(of: entry, level: level)
  }
}

extension HostFormat {
  /// What an entry of a level says; levels are counted from the leaf.
  public func fields(of entry: UInt64, level: Int) -> EntryFields {
    encoding.fields(of: entry, level: level)
  }
}
