// Arm ARM D8.3, "Translation table descriptor formats", and D8.6, "Memory region attributes", for
// HCR_EL2.FWB = 0.

extension ArmStage2Format: EditableFormat {
  private typealias Entry = ArmStage2Entry

  static var addressBits: Int { 48 }

  @inline(__always)
  static func isPresent(_ entry: UInt64) -> Bool { entry & Entry.valid.mask != 0 }

  @inline(__always)
  static func isTable(_ entry: UInt64, level: Int) -> Bool {
    level > 0 && entry & Entry.table.mask != 0
  }

  @inline(__always)
  static func addressField(_ address: UInt64) -> UInt64 { Self.address(address) }

  /// An entry of type table, which at stage 2 has nothing more to say.
  static func tableEntry(isAccessed: Bool) -> UInt64 { Entry.valid.mask | Entry.table.mask }

  static func pageEntry(
    _ attributes: PageAttributes, level: Int
  ) throws(AttributeError) -> UInt64 {
    try attributes.checkExtraBits(extraMask)
    var entry = Entry.valid.mask | attributes.extraBits | (level == 0 ? Entry.table.mask : 0)
    if attributes.read { entry |= Entry.read.mask }
    if attributes.write {
      // A page that is clean can't be written until the hardware, told by DBM that it may, makes it
      // writable.
      entry |= Entry.dirtyBitModifier.mask
      if attributes.isDirty { entry |= Entry.write.mask }
    }
    switch (attributes.executeUser, attributes.executeSupervisor) {
    case (true, true): break
    case (true, false): entry |= Entry.executeNever.holding(1)
    case (false, false): entry |= Entry.executeNever.holding(2)
    case (false, true): entry |= Entry.executeNever.holding(3)
    }
    if attributes.isAccessed { entry |= Entry.accessFlag.mask }
    // Ordinary memory is inner shareable.
    let inner = Entry.shareability.holding(3)
    switch attributes.memoryType {
    case .writeBack: entry |= inner | Entry.memoryAttributes.holding(0b1111)
    case .writeThrough: entry |= inner | Entry.memoryAttributes.holding(0b1010)
    case .nonCacheable: entry |= inner | Entry.memoryAttributes.holding(0b0101)
    case .device: entry |= Entry.memoryAttributes.holding(0b0001)
    case .writeProtected, .index:
      throw AttributeError(
        "The memory type \(attributes.memoryType)",
        "MemAttr of an Arm stage-2 entry has writeBack, writeThrough, nonCacheable and device")
    }
    return entry
  }

  @inline(__always)
  static func isGrouped(_ entry: UInt64, level: Int) -> Bool {
    entry & Entry.contiguous.mask != 0
  }

  static func grouped(_ entry: UInt64) -> UInt64 { entry | Entry.contiguous.mask }

  static func attributes(of entry: UInt64, level: Int) -> PageAttributes {
    let executeNever = Entry.executeNever.of(entry)
    let memoryType: MemoryType =
      switch Entry.memoryAttributes.of(entry) {
      case 0b1111: .writeBack
      case 0b1010: .writeThrough
      case 0b0101: .nonCacheable
      case 0b0001: .device
      case let other: .index(UInt8(other))
      }
    return PageAttributes(
      read: Entry.read.isSet(in: entry), write: isWritable(entry),
      executeUser: executeNever < 2, executeSupervisor: executeNever == 0 || executeNever == 3,
      user: true, memoryType: memoryType, isAccessed: isAccessed(entry), isDirty: isDirty(entry),
      extraBits: entry & extraMask)
  }

  static var permissionMask: UInt64 {
    Entry.read.mask | Entry.write.mask | Entry.dirtyBitModifier.mask | Entry.executeNever.mask
  }

  static var extraMask: UInt64 { Entry.ignored.mask }

  @inline(__always)
  static func isWritable(_ entry: UInt64) -> Bool {
    entry & (Entry.write.mask | Entry.dirtyBitModifier.mask) != 0
  }
  @inline(__always)
  static func isAccessed(_ entry: UInt64) -> Bool { entry & Entry.accessFlag.mask != 0 }
  @inline(__always)
  static func isDirty(_ entry: UInt64) -> Bool { entry & Entry.write.mask != 0 }
  @inline(__always)
  static func aged(_ entry: UInt64) -> UInt64 { entry & ~Entry.accessFlag.mask }

  /// The entry without its right to write, which DBM keeps.
  @inline(__always)
  static func cleaned(_ entry: UInt64) -> UInt64 {
    isDirty(entry) ? entry & ~Entry.write.mask | Entry.dirtyBitModifier.mask : entry
  }

  @inline(__always)
  static func writeProtected(_ entry: UInt64) -> UInt64 {
    entry & ~(Entry.write.mask | Entry.dirtyBitModifier.mask)
  }

  static func fields(isTable: Bool, level: Int) -> [EntryField] {
    guard !isTable else { return [] }
    return [
      EntryField("MemAttr", Entry.memoryAttributes),
      EntryField("S2AP", Bits(6...7)), EntryField("SH", Entry.shareability),
      EntryField("AF", Entry.accessFlag), EntryField("DBM", Entry.dirtyBitModifier),
      EntryField("Contiguous", Entry.contiguous), EntryField("XN", Entry.executeNever),
    ]
  }

  static func typeMask(isTable: Bool, level: Int) -> UInt64 {
    Entry.valid.mask | Entry.table.mask
  }
}
