/// VMSAv8-64 stage-2 tables of a granule.
///
/// Levels are counted from the leaf: the manual's level is 3 less this one. Start levels and
/// concatenated roots are geometry.
enum ArmStage2Format<Granule: ArmGranule>: PagingFormat {
  typealias Rules = ArmStage2Rules
  private typealias Entry = ArmStage2Entry

  static var indexBits: UInt64 { Granule.pageShift &- 3 }
  static var pageShift: UInt64 { Granule.pageShift }
  static var accumulates: Bool { false }
  static var unaccumulated: UInt64 { 0 }

  @inline(__always)
  static func address(_ entry: UInt64) -> UInt64 {
    entry & (0x0000_ffff_ffff_ffff ^ ((1 &<< Granule.pageShift) &- 1))
  }

  @inline(__always)
  static func accumulate(_ path: UInt64, _ entry: UInt64) -> UInt64 { path }

  private static func isBlockLevel(_ level: Int, _ rules: ArmStage2Rules) -> Bool {
    let highest =
      rules.hasLargeAddresses ? Granule.highestBlockOfLargeAddresses : Granule.highestBlock
    return level > 0 && level <= highest
  }

  /// Whether an access is the hardware's own, to a stage-1 table.
  private static func isTableWalk(_ access: WalkAccess) -> Bool {
    access.role == .tableRead || access.role == .tableUpdate
  }

  /// The bit that is set where memory is surely not Device: MemAttr 1xxx, or x1xx where it is relative.
  private static func cacheable(_ rules: ArmStage2Rules) -> UInt64 {
    rules.forcesWriteBack ? Bits(4).mask : Bits(5).mask
  }

  static func check(level: Int, access: WalkAccess, rules: ArmStage2Rules) -> EntryCheck {
    var check = EntryCheck()
    let kind = Entry.valid.mask | Entry.table.mask
    if level > 0 {
      check.tableMask = kind | rules.beyondOutput
      check.tableValue = kind
    }
    guard level == 0 || isBlockLevel(level, rules) else { return check }
    var needed = Entry.accessFlag.mask | (level == 0 ? kind : Entry.valid.mask)
    var denied = rules.beyondOutput
    if level > 0 {
      // A plain block has nothing in the bits that its size leaves RES0.
      denied |=
        Entry.table.mask | Bits(Int(pageShift)...Int(pageShift) - 1 + level * Int(indexBits)).mask
    }
    if isTableWalk(access) {
      needed |= Entry.read.mask | (access.isWrite ? Entry.write.mask : 0)
      if rules.protectsTableWalks { needed |= cacheable(rules) }
    } else if access.isFetch {
      // XN[1:0] = 0 is executable at both levels, 1 and 3 at one.
      denied |= Entry.executeNever.mask
      if rules.deniesDeviceFetches { needed |= cacheable(rules) }
    } else {
      needed |= access.isWrite ? Entry.write.mask : Entry.read.mask
    }
    check.leafMask = needed | denied
    check.leafValue = needed
    return check
  }

  static func denied(_ entry: UInt64, rules: ArmStage2Rules) -> UInt64 {
    rules.updatesDeniedAccessFlag ? entry | Entry.accessFlag.mask : entry
  }

  static func examine(
    _ entry: UInt64, level: Int, access: WalkAccess, rules: ArmStage2Rules, accumulated: UInt64
  ) -> EntryFinding {
    // AArch64.DecodeDescriptorType: invalid, a table, or a leaf where one may be.
    guard Entry.valid.isSet(in: entry) else { return .refused(.notPresent) }
    if level > 0, Entry.table.isSet(in: entry) {
      if entry & rules.beyondOutput != 0 { return .refused(.addressSize) }
      return .table(entry)
    }
    guard level == 0 ? Entry.table.isSet(in: entry) : isBlockLevel(level, rules) else {
      return .refused(.notPresent)
    }

    // AArch64.S2Walk: the output address, then the access flag.
    if entry & rules.beyondOutput != 0 { return .refused(.addressSize) }
    let used = Entry.accessFlag.isSet(in: entry)
    if !used, !rules.updatesAccessFlag { return .refused(.accessFlag) }

    // AArch64.S2CheckPermissions.
    guard isGranted(entry, access, rules) else { return .refused(.permission) }

    // AArch64.S2Translate: the flags are set only for an access that may be made; an address
    // translation instruction is none that writes.
    var after = entry | Entry.accessFlag.mask
    if access.isWrite, access.role != .probe, rules.updatesDirtyState,
      Entry.dirtyBitModifier.isSet(in: entry)
    {
      after |= Entry.write.mask
    }
    return .leaf(after, shift: pageShift + UInt64(level) * indexBits)
  }

  /// AArch64.S2DirectBasePermissions and what depends on the access.
  private static func isGranted(
    _ entry: UInt64, _ access: WalkAccess, _ rules: ArmStage2Rules
  ) -> Bool {
    let isDirtied = rules.updatesDirtyState && Entry.dirtyBitModifier.isSet(in: entry)
    let readable = Entry.read.isSet(in: entry)
    let writable = Entry.write.isSet(in: entry) || isDirtied
    if isTableWalk(access) {
      if rules.protectsTableWalks, isDevice(entry, rules) { return false }
      return readable && (writable || !access.isWrite)
    }
    if access.isFetch {
      if rules.deniesDeviceFetches, isDevice(entry, rules) { return false }
      return switch Entry.executeNever.of(entry) {
      case 0: true
      case 1: access.isUser
      case 2: false
      default: !access.isUser
      }
    }
    return access.isWrite ? writable : readable
  }

  /// Whether the entry makes memory Device, whatever a stage-1 walk's own attributes are: those are
  /// Normal.
  private static func isDevice(_ entry: UInt64, _ rules: ArmStage2Rules) -> Bool {
    let attributes = Entry.memoryAttributes.of(entry)
    return rules.forcesWriteBack ? attributes & 0b0100 == 0 : attributes & 0b1100 == 0
  }
}
