// Intel SDM volume 3C (the edition of 2023), sections 29.3.2 "EPT Translation Mechanism" and 29.3.7
// "EPT and Memory Typing".

extension EPTFormat: EditableFormat {
  private typealias Entry = EPTEntry

  static let addressBits = 52

  /// Whether any right is given.
  ///
  /// "An entry is present if any of bits 2:0 is 1", and under mode-based execute control bit 10 counts
  /// too. Without it the bit is ignored, and set in every page here that lets user mode execute.
  @inline(__always)
  static func isPresent(_ entry: UInt64) -> Bool {
    entry
      & (Entry.read.mask | Entry.write.mask | Entry.execute.mask | Entry.executeUser.mask) != 0
  }

  @inline(__always)
  static func isTable(_ entry: UInt64, level: Int) -> Bool {
    level > 0 && entry & Entry.pageSize.mask == 0
  }

  @inline(__always)
  static func addressField(_ address: UInt64) -> UInt64 { address & Entry.frame.mask }

  /// The rights are those of all entries of a path together: a table grants everything.
  static func tableEntry(isAccessed: Bool) -> UInt64 {
    let entry =
      Entry.read.mask | Entry.write.mask | Entry.execute.mask | Entry.executeUser.mask
    return isAccessed ? entry | Entry.accessed.mask : entry
  }

  static func pageEntry(
    _ attributes: PageAttributes, level: Int
  ) throws(AttributeError) -> UInt64 {
    guard attributes.read || !attributes.write else {
      throw AttributeError(
        "Writing without reading", "an EPT entry with W and without R is misconfigured")
    }
    guard attributes.read || attributes.executeUser || attributes.executeSupervisor else {
      throw AttributeError(
        "A page without any right", "an EPT entry without R, W and X is not present")
    }
    try attributes.checkExtraBits(extraMask)
    var entry = attributes.extraBits | (level > 0 ? Entry.pageSize.mask : 0)
    if attributes.read { entry |= Entry.read.mask }
    if attributes.write { entry |= Entry.write.mask }
    if attributes.executeSupervisor { entry |= Entry.execute.mask }
    if attributes.executeUser { entry |= Entry.executeUser.mask }
    if attributes.isAccessed { entry |= Entry.accessed.mask }
    if attributes.isDirty { entry |= Entry.dirty.mask }
    switch attributes.memoryType {
    case .writeBack: entry |= Entry.memoryType.holding(6)
    case .writeThrough: entry |= Entry.memoryType.holding(4)
    case .nonCacheable: entry |= Entry.memoryType.holding(1)
    case .writeProtected: entry |= Entry.memoryType.holding(5)
    case .device: break
    case .index:
      throw AttributeError(
        "The memory type \(attributes.memoryType)", "an EPT entry holds a type and no index")
    }
    return entry
  }

  static func attributes(of entry: UInt64, level: Int) -> PageAttributes {
    let memoryType: MemoryType =
      switch Entry.memoryType.of(entry) {
      case 0: .device
      case 1: .nonCacheable
      case 4: .writeThrough
      case 6: .writeBack
      case 5: .writeProtected
      // The encodings that are misconfigured.
      case let other: .index(UInt8(other))
      }
    return PageAttributes(
      read: Entry.read.isSet(in: entry), write: isWritable(entry),
      executeUser: Entry.executeUser.isSet(in: entry),
      executeSupervisor: Entry.execute.isSet(in: entry), user: true, memoryType: memoryType,
      isAccessed: isAccessed(entry), isDirty: isDirty(entry), extraBits: entry & extraMask)
  }

  static var permissionMask: UInt64 {
    Entry.read.mask | Entry.write.mask | Entry.execute.mask | Entry.executeUser.mask
  }

  static var extraMask: UInt64 {
    Entry.ignorePattern.mask | Entry.ignored.mask | Entry.ignoredAboveFrame.mask
      | Entry.suppressException.mask
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

  /// Hardware ignores all of an entry without rights: bits 54:52 keep R, X and XU, and bit 55 says so.
  @inline(__always)
  static func isRevoked(_ entry: UInt64) -> Bool { !isPresent(entry) && entry & 1 << 55 != 0 }

  static func revoked(_ entry: UInt64) -> UInt64 {
    var new = entry & ~(permissionMask | 0b1111 << 52) | 1 << 55
    if Entry.read.isSet(in: entry) { new |= 1 << 52 }
    if Entry.execute.isSet(in: entry) { new |= 1 << 53 }
    if Entry.executeUser.isSet(in: entry) { new |= 1 << 54 }
    return new
  }

  static func restored(_ entry: UInt64) -> UInt64 {
    var new = entry & ~(0b1111 << 52)
    if entry & 1 << 52 != 0 { new |= Entry.read.mask }
    if entry & 1 << 53 != 0 { new |= Entry.execute.mask }
    if entry & 1 << 54 != 0 { new |= Entry.executeUser.mask }
    return new
  }

  static func fields(isTable: Bool, level: Int) -> [EntryField] {
    let rights = [
      EntryField("R", Entry.read), EntryField("W", Entry.write), EntryField("X", Entry.execute),
      EntryField("XU", Entry.executeUser),
    ]
    guard !isTable else { return rights + [EntryField("A", Entry.accessed)] }
    return rights + [
      EntryField("type", Entry.memoryType), EntryField("IPAT", Entry.ignorePattern),
      EntryField("A", Entry.accessed), EntryField("D", Entry.dirty),
      EntryField("SVE", Entry.suppressException),
    ]
  }

  static func typeMask(isTable: Bool, level: Int) -> UInt64 {
    level > 0 ? Entry.pageSize.mask : 0
  }
}
