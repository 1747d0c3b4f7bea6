// Intel SDM volume 3A (the edition of 2023), sections 4.5.4 "Paging-Structure Entries" and 4.9.2
// "Paging and Memory Typing When the PAT is Supported".

extension X86Format: EditableFormat {
  private typealias Entry = X86Entry

  static let addressBits = 52

  @inline(__always)
  static func isPresent(_ entry: UInt64) -> Bool { entry & Entry.present.mask != 0 }

  @inline(__always)
  static func isTable(_ entry: UInt64, level: Int) -> Bool {
    level > 0 && entry & Entry.pageSize.mask == 0
  }

  @inline(__always)
  static func addressField(_ address: UInt64) -> UInt64 { address & Entry.frame.mask }

  /// The rights are those of all entries of a path together: a table grants everything.
  static func tableEntry(isAccessed: Bool) -> UInt64 {
    let entry = Entry.present.mask | Entry.write.mask | Entry.user.mask
    return isAccessed ? entry | Entry.accessed.mask : entry
  }

  static func pageEntry(
    _ attributes: PageAttributes, level: Int
  ) throws(AttributeError) -> UInt64 {
    let execute = attributes.executeUser
    guard execute == attributes.executeSupervisor else {
      throw AttributeError(
        "A right to execute for one mode only", "an x86-64 entry has one bit for both, XD")
    }
    guard attributes.read else {
      throw AttributeError(
        "A page that can't be read", "an x86-64 page that is present is readable")
    }
    try attributes.checkExtraBits(extraMask)
    var entry = Entry.present.mask | attributes.extraBits | (level > 0 ? Entry.pageSize.mask : 0)
    if attributes.write { entry |= Entry.write.mask }
    if attributes.user { entry |= Entry.user.mask }
    if !execute { entry |= Entry.noExecute.mask }
    if attributes.isAccessed { entry |= Entry.accessed.mask }
    if attributes.isDirty { entry |= Entry.dirty.mask }
    let index = try patternIndex(attributes.memoryType)
    if index & 1 != 0 { entry |= Entry.writeThrough.mask }
    if index & 2 != 0 { entry |= Entry.cacheDisable.mask }
    if index & 4 != 0 { entry |= pattern(level).mask }
    return entry
  }

  /// PAT is bit 7 of the smallest page's entry, and bit 12 of a larger one's.
  private static func pattern(_ level: Int) -> Bits {
    level == 0 ? Entry.pattern : Entry.patternLarge
  }

  /// The index into the PAT: PAT, PCD and PWT as a number (4.9.2), for a PAT as it is after reset.
  private static func patternIndex(_ type: MemoryType) throws(AttributeError) -> UInt8 {
    switch type {
    case .writeBack: return 0
    case .writeThrough: return 1
    case .device: return 3
    case .index(let index) where index < 8: return index
    case .index, .nonCacheable, .writeProtected:
      throw AttributeError(
        "The memory type \(type)", "an x86-64 entry holds an index from 0 to 7 into the PAT")
    }
  }

  static func attributes(of entry: UInt64, level: Int) -> PageAttributes {
    let index =
      Entry.writeThrough.of(entry) | Entry.cacheDisable.of(entry) << 1
      | pattern(level).of(entry) << 2
    let memoryType: MemoryType =
      switch index {
      case 0: .writeBack
      case 1: .writeThrough
      case 3: .device
      default: .index(UInt8(index))
      }
    let execute = !Entry.noExecute.isSet(in: entry)
    return PageAttributes(
      read: true, write: isWritable(entry), executeUser: execute, executeSupervisor: execute,
      user: Entry.user.isSet(in: entry), memoryType: memoryType, isAccessed: isAccessed(entry),
      isDirty: isDirty(entry), extraBits: entry & extraMask)
  }

  static var permissionMask: UInt64 {
    Entry.write.mask | Entry.user.mask | Entry.noExecute.mask
  }

  static var extraMask: UInt64 {
    Entry.ignored.mask | Entry.global.mask | Entry.ignoredAboveFrame.mask
      | Entry.protectionKey.mask
  }

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
    let low = [
      EntryField("R/W", Entry.write), EntryField("U/S", Entry.user),
      EntryField("PWT", Entry.writeThrough), EntryField("PCD", Entry.cacheDisable),
      EntryField("A", Entry.accessed),
    ]
    let executeDisable = EntryField("XD", Entry.noExecute)
    guard !isTable else { return low + [executeDisable] }
    return low + [
      EntryField("D", Entry.dirty), EntryField("PAT", pattern(level)),
      EntryField("G", Entry.global), EntryField("key", Entry.protectionKey), executeDisable,
    ]
  }

  static func typeMask(isTable: Bool, level: Int) -> UInt64 {
    Entry.present.mask | (level > 0 ? Entry.pageSize.mask : 0)
  }
}
