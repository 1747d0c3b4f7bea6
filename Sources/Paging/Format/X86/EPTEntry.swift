// Intel SDM volume 3C (the edition of 2023), section 29.3.2, the formats of the EPT paging-structure
// entries.

/// The fields of the entries of Intel's extended page tables.
///
/// The layouts are those of a physical address of 52 bits; a narrower one makes the top of the frame
/// reserved.
enum EPTEntry {
  /// Suppress #VE, in a leaf: a violation is not turned into an exception.
  static let suppressException = Bits(63)
  /// Ignored in a leaf, but for features that are not modelled: verify guest paging (57),
  /// paging-write access (58), supervisor shadow stack (60), sub-page write permissions (61).
  static let ignoredAboveFrame = Bits(52...62)
  /// Ignored in an entry that points to a table.
  static let ignoredAboveTable = Bits(52...63)
  /// The address of a table or of a 4-KByte page.
  static let frame = Bits(12...51)
  /// The address of a 2-MByte page.
  static let frame2M = Bits(21...51)
  /// The address of a 1-GByte page.
  static let frame1G = Bits(30...51)
  /// Reserved in an entry that maps a 2-MByte page.
  static let reserved2M = Bits(12...20)
  /// Reserved in an entry that maps a 1-GByte page.
  static let reserved1G = Bits(12...29)
  /// Ignored.
  static let ignored = Bits(11)
  /// XU: user-mode fetches are allowed, under mode-based execute control.
  static let executeUser = Bits(10)
  /// Dirty, if EPTP bit 6 is set; ignored in an entry that points to a table.
  static let dirty = Bits(9)
  /// Accessed, if EPTP bit 6 is set.
  static let accessed = Bits(8)
  /// The entry of level 2 or 3 is a leaf; ignored in one of level 1, reserved in the levels above.
  static let pageSize = Bits(7)
  /// Reserved in an entry that points to a table.
  static let reservedInTable = Bits(3...6)
  /// Ignore PAT: the EPT memory type alone decides.
  static let ignorePattern = Bits(6)
  /// The EPT memory type of a leaf.
  static let memoryType = Bits(3...5)
  /// X: fetches are allowed; under mode-based execute control, those from supervisor-mode addresses.
  static let execute = Bits(2)
  /// W: writes are allowed.
  static let write = Bits(1)
  /// R: reads are allowed.
  static let read = Bits(0)

  private static let flags = [ignored, executeUser, dirty, accessed, pageSize]
  private static let rights = [execute, write, read]

  /// An entry that points to a table.
  static let tableLayout = [ignoredAboveTable, frame] + flags + [reservedInTable] + rights
  /// An entry that maps a 1-GByte page.
  static let layout1G =
    [suppressException, ignoredAboveFrame, frame1G, reserved1G] + flags
    + [ignorePattern, memoryType] + rights
  /// An entry that maps a 2-MByte page.
  static let layout2M =
    [suppressException, ignoredAboveFrame, frame2M, reserved2M] + flags
    + [ignorePattern, memoryType] + rights
  /// An entry that maps a 4-KByte page.
  static let layout4K =
    [suppressException, ignoredAboveFrame, frame] + flags + [ignorePattern, memoryType] + rights
}
