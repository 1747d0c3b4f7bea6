// RISC-V privileged architecture, "Addressing and Memory Protection" of Sv39 and the encoding of the
// R, W and X fields.

extension RISCVFormat: EditableFormat {
  private typealias Entry = RISCVEntry

  static let addressBits = 56

  @inline(__always)
  static func isPresent(_ entry: UInt64) -> Bool { entry & Entry.valid.mask != 0 }

  /// Whether R, W and X are clear.
  ///
  /// "When all three are zero, the PTE is a pointer to the next level of the page table."
  @inline(__always)
  static func isTable(_ entry: UInt64, level: Int) -> Bool {
    level > 0 && entry & (Entry.read.mask | Entry.write.mask | Entry.execute.mask) == 0
  }

  @inline(__always)
  static func addressField(_ address: UInt64) -> UInt64 { address &>> 2 & Entry.frame.mask }

  /// An entry with V alone.
  ///
  /// "For non-leaf PTEs, the D, A, and U bits are reserved": there is nothing else to say.
  static func tableEntry(isAccessed: Bool) -> UInt64 { Entry.valid.mask }

  static func pageEntry(
    _ attributes: PageAttributes, level: Int
  ) throws(AttributeError) -> UInt64 {
    let execute = attributes.executeUser
    guard execute == attributes.executeSupervisor else {
      throw AttributeError(
        "A right to execute for one mode only", "RISC-V entries have one for both, X")
    }
    guard attributes.read || !attributes.write else {
      throw AttributeError(
        "Writing without reading", "a RISC-V entry with W and without R is reserved")
    }
    guard attributes.read || execute else {
      throw AttributeError(
        "A page without any right", "a RISC-V entry without R, W and X is a table")
    }
    try attributes.checkExtraBits(extraMask)
    var entry = Entry.valid.mask | attributes.extraBits
    if attributes.read { entry |= Entry.read.mask }
    if attributes.write { entry |= Entry.write.mask }
    if execute { entry |= Entry.execute.mask }
    if attributes.user { entry |= Entry.user.mask }
    if attributes.isAccessed { entry |= Entry.accessed.mask }
    if attributes.isDirty { entry |= Entry.dirty.mask }
    switch attributes.memoryType {
    case .writeBack: break
    case .nonCacheable: entry |= Entry.memoryType.holding(1)
    case .device: entry |= Entry.memoryType.holding(2)
    case .writeThrough, .writeProtected, .index:
      throw AttributeError(
        "The memory type \(attributes.memoryType)", "Svpbmt has writeBack, nonCacheable and device")
    }
    return entry
  }

  @inline(__always)
  static func isGrouped(_ entry: UInt64, level: Int) -> Bool {
    level == 0 && entry & Entry.napot.mask != 0
  }

  /// N, and 1000 in PPN[3:0], which says that the range has 16 pages.
  static func grouped(_ entry: UInt64) -> UInt64 {
    entry | Entry.napot.mask | Bits(10...13).holding(0b1000)
  }

  static var groupSharesAddress: Bool { true }

  static func attributes(of entry: UInt64, level: Int) -> PageAttributes {
    let execute = Entry.execute.isSet(in: entry)
    let memoryType: MemoryType =
      switch Entry.memoryType.of(entry) {
      case 0: .writeBack
      case 1: .nonCacheable
      default: .device
      }
    return PageAttributes(
      read: Entry.read.isSet(in: entry), write: Entry.write.isSet(in: entry), executeUser: execute,
      executeSupervisor: execute, user: Entry.user.isSet(in: entry), memoryType: memoryType,
      isAccessed: isAccessed(entry), isDirty: isDirty(entry), extraBits: entry & extraMask)
  }

  static var permissionMask: UInt64 {
    Entry.read.mask | Entry.write.mask | Entry.execute.mask | Entry.user.mask
  }

  static var extraMask: UInt64 { Entry.software.mask | Entry.global.mask }

  @inline(__always)
  static func isWritable(_ entry: UInt64) -> Bool { entry & Entry.write.mask != 0 }
  @inline(__always)
  static func isAccessed(_ entry: UInt64) -> Bool { entry & Entry.accessed.mask != 0 }
  @inline(__always)
  static func isDirty(_ entry: UInt64) -> Bool { entry & Entry.dirty.mask != 0 }
  @inline(__always)
  static func aged(_ entry: UInt64) -> UInt64 { entry & ~Entry.accessed.mask }
  @inline(__always)
  static func cleaned(_ entry: UInt64) -> UInt64 { entry & ~Entry.dirty.mask }

  @inline(__always)
  static func writeProtected(_ entry: UInt64) -> UInt64 {
    entry & ~Entry.write.mask
  }

  static func fields(isTable: Bool, level: Int) -> [EntryField] {
    [
      EntryField("R", Entry.read), EntryField("W", Entry.write), EntryField("X", Entry.execute),
      EntryField("U", Entry.user), EntryField("G", Entry.global),
      EntryField("A", Entry.accessed), EntryField("D", Entry.dirty),
      EntryField("RSW", Entry.software), EntryField("PBMT", Entry.memoryType),
      EntryField("N", Entry.napot),
    ]
  }

  static func typeMask(isTable: Bool, level: Int) -> UInt64 { Entry.valid.mask }
}
