// Intel SDM volume 3A (the edition of 2023), section 4.5.4, the formats of the paging-structure
// entries of 4-level and 5-level paging; AMD64 APM volume 2, section 5.3 "Long-Mode Page Translation".

/// The fields of the entries of 4-level and 5-level paging.
///
/// The layouts are those of a physical address of 52 bits; a narrower one makes the top of the frame
/// reserved.
enum X86Entry {
  /// XD, at AMD NX: not executable, if IA32_EFER.NXE is set, otherwise reserved.
  static let noExecute = Bits(63)
  /// The protection key of a leaf.
  static let protectionKey = Bits(59...62)
  /// Ignored in a leaf.
  static let ignoredAboveFrame = Bits(52...58)
  /// Ignored in an entry that points to a table.
  static let ignoredAboveTable = Bits(52...62)
  /// The address of a table or of a 4-KByte page.
  static let frame = Bits(12...51)
  /// The address of a 2-MByte page.
  static let frame2M = Bits(21...51)
  /// The address of a 1-GByte page.
  static let frame1G = Bits(30...51)
  /// Reserved in an entry that maps a 2-MByte page.
  static let reserved2M = Bits(13...20)
  /// Reserved in an entry that maps a 1-GByte page.
  static let reserved1G = Bits(13...29)
  /// PAT of a large page.
  static let patternLarge = Bits(12)
  /// Ignored (bit 11 is R of HLAT paging, which is not modelled).
  static let ignored = Bits(9...11)
  /// G: global, in a leaf; ignored above by Intel, and reserved by AMD in the upper two levels.
  static let global = Bits(8)
  /// PS: the entry of level 2 or 3 is a leaf; reserved in the levels above.
  static let pageSize = Bits(7)
  /// PAT of a 4-KByte page.
  static let pattern = Bits(7)
  /// D: written since the flag was cleared; ignored in an entry that points to a table.
  static let dirty = Bits(6)
  /// A: used since the flag was cleared.
  static let accessed = Bits(5)
  /// PCD.
  static let cacheDisable = Bits(4)
  /// PWT.
  static let writeThrough = Bits(3)
  /// U/S: user-mode accesses are allowed.
  static let user = Bits(2)
  /// R/W: writes are allowed.
  static let write = Bits(1)
  /// P: present.
  static let present = Bits(0)

  /// The bits below all addresses, which every entry has.
  private static let rights = [accessed, cacheDisable, writeThrough, user, write, present]

  /// An entry that points to a table.
  static let tableLayout =
    [noExecute, ignoredAboveTable, frame, ignored, global, pageSize, dirty] + rights
  /// An entry that maps a 1-GByte page.
  static let layout1G =
    [
      noExecute, protectionKey, ignoredAboveFrame, frame1G, reserved1G, patternLarge, ignored,
      global, pageSize, dirty,
    ] + rights
  /// An entry that maps a 2-MByte page.
  static let layout2M =
    [
      noExecute, protectionKey, ignoredAboveFrame, frame2M, reserved2M, patternLarge, ignored,
      global, pageSize, dirty,
    ] + rights
  /// An entry that maps a 4-KByte page.
  static let layout4K =
    [noExecute, protectionKey, ignoredAboveFrame, frame, ignored, global, pattern, dirty] + rights
}
