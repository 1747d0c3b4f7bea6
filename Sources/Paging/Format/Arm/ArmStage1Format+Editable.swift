// Arm ARM D8.3, "Translation table descriptor formats", and D8.4, "Memory access control".

extension ArmStage1Format: EditableFormat {
  private typealias Entry = ArmStage1Entry

  static var addressBits: Int { 48 }

  @inline(__always)
  static func isPresent(_ entry: UInt64) -> Bool { entry & Entry.valid.mask != 0 }

  @inline(__always)
  static func isTable(_ entry: UInt64, level: Int) -> Bool {
    level > 0 && entry & Entry.table.mask != 0
  }

  @inline(__always)
  static func addressField(_ address: UInt64) -> UInt64 { Self.address(address) }

  /// An entry of type table without hierarchical limits.
  static func tableEntry(isAccessed: Bool) -> UInt64 { Entry.valid.mask | Entry.table.mask }

  static func pageEntry(
    _ attributes: PageAttributes, level: Int
  ) throws(AttributeError) -> UInt64 {
    guard attributes.read else {
      throw AttributeError("A page that can't be read", "EL1 can read every page of Arm's stage 1")
    }
    try attributes.checkExtraBits(extraMask)
    var entry = Entry.valid.mask | attributes.extraBits | (level == 0 ? Entry.table.mask : 0)
    if attributes.user { entry |= Entry.user.mask }
    if attributes.write { entry |= Entry.dirtyBitModifier.mask }
    // A page that is clean can't be written until the hardware, told by DBM that it may, makes it
    // writable.
    if !attributes.write || !attributes.isDirty { entry |= Entry.readOnly.mask }
    // A page is executable at one level only: EL0's never at EL1, and the other way round.
    if !attributes.executeUser || !attributes.user { entry |= Entry.userExecuteNever.mask }
    if !attributes.executeSupervisor || attributes.user {
      entry |= Entry.privilegedExecuteNever.mask
    }
    if attributes.isAccessed { entry |= Entry.accessFlag.mask }
    // Ordinary memory is inner shareable; Device memory is shareable whatever SH says.
    entry |= Entry.shareability.holding(3)
    switch attributes.memoryType {
    case .writeBack: break
    case .index(let index) where index < 8: entry |= Entry.attributeIndex.holding(UInt64(index))
    default:
      throw AttributeError(
        "The memory type \(attributes.memoryType)",
        "an Arm stage-1 entry holds an index from 0 to 7 into MAIR_EL1, of which 0 is taken for"
          + " writeBack")
    }
    return entry
  }

  @inline(__always)
  static func isGrouped(_ entry: UInt64, level: Int) -> Bool {
    entry & Entry.contiguous.mask != 0
  }

  static func grouped(_ entry: UInt64) -> UInt64 { entry | Entry.contiguous.mask }

  static func attributes(of entry: UInt64, level: Int) -> PageAttributes {
    let index = Entry.attributeIndex.of(entry)
    let user = Entry.user.isSet(in: entry)
    let never = user ? Entry.userExecuteNever : Entry.privilegedExecuteNever
    let execute = !never.isSet(in: entry)
    return PageAttributes(
      read: true, write: isWritable(entry), executeUser: execute, executeSupervisor: execute,
      user: user, memoryType: index == 0 ? .writeBack : .index(UInt8(index)),
      isAccessed: isAccessed(entry), isDirty: isDirty(entry), extraBits: entry & extraMask)
  }

  static var permissionMask: UInt64 {
    Entry.user.mask | Entry.readOnly.mask | Entry.dirtyBitModifier.mask
      | Entry.userExecuteNever.mask | Entry.privilegedExecuteNever.mask
  }

  static var extraMask: UInt64 {
    Entry.software.mask | Entry.guarded.mask | Entry.notGlobal.mask
  }

  @inline(__always)
  static func isWritable(_ entry: UInt64) -> Bool {
    entry & (Entry.readOnly.mask | Entry.dirtyBitModifier.mask) != Entry.readOnly.mask
  }
  @inline(__always)
  static func isAccessed(_ entry: UInt64) -> Bool { entry & Entry.accessFlag.mask != 0 }
  @inline(__always)
  static func isDirty(_ entry: UInt64) -> Bool { entry & Entry.readOnly.mask == 0 }
  @inline(__always)
  static func aged(_ entry: UInt64) -> UInt64 { entry & ~Entry.accessFlag.mask }

  /// The entry without its right to write, which DBM keeps.
  @inline(__always)
  static func cleaned(_ entry: UInt64) -> UInt64 {
    isDirty(entry) ? entry | Entry.readOnly.mask | Entry.dirtyBitModifier.mask : entry
  }

  @inline(__always)
  static func writeProtected(_ entry: UInt64) -> UInt64 {
    entry & ~Entry.dirtyBitModifier.mask | Entry.readOnly.mask
  }

  static func fields(isTable: Bool, level: Int) -> [EntryField] {
    guard !isTable else {
      return [
        EntryField("PXNTable", Entry.tablePrivilegedExecuteNever),
        EntryField("UXNTable", Entry.tableUserExecuteNever),
        EntryField("APTable", Entry.tableAccess), EntryField("NSTable", Entry.nonSecureTable),
      ]
    }
    return [
      EntryField("AttrIndx", Entry.attributeIndex), EntryField("NS", Entry.nonSecure),
      EntryField("AP[1]", Entry.user), EntryField("AP[2]", Entry.readOnly),
      EntryField("SH", Entry.shareability), EntryField("AF", Entry.accessFlag),
      EntryField("nG", Entry.notGlobal), EntryField("GP", Entry.guarded),
      EntryField("DBM", Entry.dirtyBitModifier), EntryField("Contiguous", Entry.contiguous),
      EntryField("PXN", Entry.privilegedExecuteNever), EntryField("UXN", Entry.userExecuteNever),
    ]
  }

  static func typeMask(isTable: Bool, level: Int) -> UInt64 {
    Entry.valid.mask | Entry.table.mask
  }
}
