/// A table format whose entries can be written.
///
/// What an entry says is translated once an edit, not once an entry: an edit makes a word for its
/// pages and adds the address field to it.
protocol EditableFormat: PagingFormat {
  /// The width of the addresses that entries hold.
  static var addressBits: Int { get }

  /// Whether the entry is in use, as a page or a table.
  static func isPresent(_ entry: UInt64) -> Bool

  /// Whether a present entry is a table.
  static func isTable(_ entry: UInt64, level: Int) -> Bool

  /// The field that holds an aligned address: linear in the address, and free of other bits.
  static func addressField(_ address: UInt64) -> UInt64

  /// An entry for a table at address 0 that takes no right away.
  static func tableEntry(isAccessed: Bool) -> UInt64

  /// An entry for a page at address 0.
  static func pageEntry(
    _ attributes: PageAttributes, level: Int
  ) throws(AttributeError) -> UInt64

  /// Whether a page's entry is one of a group that stands for one page together.
  static func isGrouped(_ entry: UInt64, level: Int) -> Bool
  /// The entry of a page at address 0 as one of a group.
  static func grouped(_ entry: UInt64) -> UInt64
  /// Whether all entries of a group hold the group's address, and not each its own.
  static var groupSharesAddress: Bool { get }

  /// What a page's entry says.
  static func attributes(of entry: UInt64, level: Int) -> PageAttributes

  /// The bits that permissions are made of; on Arm the dirty state is among them.
  static var permissionMask: UInt64 { get }

  /// The bits that a caller may add to an entry for a page.
  static var extraMask: UInt64 { get }

  /// Whether a page's entry gives the right to write, though perhaps only with the hardware's help.
  static func isWritable(_ entry: UInt64) -> Bool
  /// Whether a page's entry is accessed.
  static func isAccessed(_ entry: UInt64) -> Bool
  /// Whether a page's entry is dirty.
  static func isDirty(_ entry: UInt64) -> Bool
  /// The entry with its accessed flag clear.
  static func aged(_ entry: UInt64) -> UInt64
  /// The entry with its dirty flag clear.
  static func cleaned(_ entry: UInt64) -> UInt64
  /// The entry without the right to write; its flags stay where they are apart from that right.
  static func writeProtected(_ entry: UInt64) -> UInt64

  /// Whether an entry is not present because a page's rights were taken away, which it keeps elsewhere.
  static func isRevoked(_ entry: UInt64) -> Bool
  /// A page's entry without any right; the same entry where the format has no such thing.
  static func revoked(_ entry: UInt64) -> UInt64
  /// A page's entry with the rights back that were taken away, but for that to write.
  static func restored(_ entry: UInt64) -> UInt64

  /// The named fields of an entry, from bit 0 up, without its address and without the bits that make
  /// it a page or a table.
  static func fields(isTable: Bool, level: Int) -> [EntryField]
  /// The bits that make an entry a page or a table.
  static func typeMask(isTable: Bool, level: Int) -> UInt64
}

extension EditableFormat {
  @inline(__always)
  static func isGrouped(_ entry: UInt64, level: Int) -> Bool { false }
  static func grouped(_ entry: UInt64) -> UInt64 { entry }
  static var groupSharesAddress: Bool { false }

  @inline(__always)
  static func isRevoked(_ entry: UInt64) -> Bool { false }
  static func revoked(_ entry: UInt64) -> UInt64 { entry }
  static func restored(_ entry: UInt64) -> UInt64 { entry }

  /// The lowest bit of the address that indexes a table of a level.
  @inline(__always)
  static func shift(_ level: Int) -> UInt64 {
    pageShift &+ indexBits &* UInt64(truncatingIfNeeded: level)
  }
}
