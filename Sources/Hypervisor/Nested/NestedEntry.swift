// Intel SDM volume 3A, section 4.5.4 (entries of a guest's tables), and volume 3C, section 29.3.2
// (entries of extended page tables).

/// The words that L1 and L2 write into the tables which their hypervisors follow.
enum NestedEntry {
  /// The rights of an extended entry: read, write, execute.
  static let extendedRights: UInt64 = 7
  /// R/W of both kinds.
  static let write: UInt64 = 1 << 1
  /// U/S of a guest's entry.
  static let user: UInt64 = 1 << 2
  /// PS of both kinds.
  private static let pageSize: UInt64 = 1 << 7
  /// P, R/W, U/S and A of a guest's entry.
  private static let guestTable: UInt64 = 0x27
  /// The same with D; nothing is left for the hardware to set.
  private static let guestPage: UInt64 = 0x63
  /// The memory type write-back.
  private static let writeBack: UInt64 = 6 << 3
  private static let frame: UInt64 = 0x000f_ffff_ffff_f000

  static func table(_ kind: NestedTable, at address: UInt64) -> UInt64 {
    address | (kind == .extended12 ? extendedRights : guestTable)
  }

  static func page(
    _ kind: NestedTable, at address: UInt64, level: Int, isUser: Bool = true
  ) -> UInt64 {
    let size = level > 0 ? pageSize : 0
    if kind == .extended12 { return address | extendedRights | writeBack | size }
    return address | guestPage | size | (isUser ? user : 0)
  }

  static func isPresent(_ entry: UInt64, _ kind: NestedTable) -> Bool {
    entry & (kind == .extended12 ? extendedRights : 1) != 0
  }

  static func isTable(_ entry: UInt64, _ kind: NestedTable, level: Int) -> Bool {
    level > 0 && isPresent(entry, kind) && entry & pageSize == 0
  }

  static func address(_ entry: UInt64, level: Int = 0) -> UInt64 {
    entry & frame & ~((1 << shift(level)) - 1)
  }

  /// The lowest bit of an address that indexes a table of a level.
  static func shift(_ level: Int) -> UInt64 { 12 + 9 * UInt64(level) }

  /// Where in a table the entry of an address lies.
  static func place(in table: UInt64, of address: UInt64, level: Int) -> UInt64 {
    table + (address >> shift(level) & 511) * 8
  }
}
