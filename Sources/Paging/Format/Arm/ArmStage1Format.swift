/// VMSAv8-64 stage-1 tables of a granule.
///
/// Levels are counted from the leaf: the manual's level is 3 less this one.
enum ArmStage1Format<Granule: ArmGranule>: GuestPagingFormat {
  typealias Rules = ArmStage1Rules
  private typealias Entry = ArmStage1Entry

  static var indexBits: UInt64 { Granule.pageShift &- 3 }
  static var pageShift: UInt64 { Granule.pageShift }
  static var accumulates: Bool { true }
  static var unaccumulated: UInt64 { 0 }

  @inline(__always)
  static func address(_ entry: UInt64) -> UInt64 {
    entry & (0x0000_ffff_ffff_ffff ^ ((1 &<< Granule.pageShift) &- 1))
  }

  /// nG is clear.
  static func isGlobal(_ entry: UInt64, _ rules: ArmStage1Rules) -> Bool {
    !Entry.notGlobal.isSet(in: entry)
  }

  /// The limits of the tables above in bits 58:55, those of this entry, should it be a table, in
  /// bits 62:59: a leaf has other bits there, which must not count.
  @inline(__always)
  static func accumulate(_ path: UInt64, _ entry: UInt64) -> UInt64 {
    (path | path &>> 4) & 0x0780_0000_0000_0000 | entry & 0x7800_0000_0000_0000
  }

  /// A limit of a table descriptor where a leaf finds it in what the path has accumulated.
  private static func inherited(_ limit: Bits) -> UInt64 { limit.mask >> 4 }

  private static func isBlockLevel(_ level: Int, _ rules: ArmStage1Rules) -> Bool {
    let highest =
      rules.hasLargeAddresses ? Granule.highestBlockOfLargeAddresses : Granule.highestBlock
    return level > 0 && level <= highest
  }

  static func check(level: Int, access: WalkAccess, rules: ArmStage1Rules) -> EntryCheck {
    var check = EntryCheck()
    let kind = Entry.valid.mask | Entry.table.mask
    if level > 0 {
      check.tableMask = kind | rules.beyondOutput
      check.tableValue = kind
    }
    guard level == 0 || isBlockLevel(level, rules) else { return check }
    // The common leaf: used before, with the rights in its own bits and nothing to be updated.
    var needed = Entry.accessFlag.mask | (level == 0 ? kind : Entry.valid.mask)
    var denied = rules.beyondOutput
    if level > 0 {
      // A plain block has nothing in the bits that its size leaves RES0.
      denied |=
        Entry.table.mask | Bits(Int(pageShift)...Int(pageShift) - 1 + level * Int(indexBits)).mask
    }
    var limits: UInt64 = 0
    let denyDirtying = rules.updatesDirtyState ? Entry.dirtyBitModifier.mask : 0
    if access.isFetch {
      if access.isUser {
        denied |= Entry.userExecuteNever.mask
        limits = inherited(Entry.tableUserExecuteNever)
      } else {
        // What EL0 can write, EL1 can't execute.
        denied |= Entry.privilegedExecuteNever.mask | Entry.user.mask
        limits = inherited(Entry.tablePrivilegedExecuteNever)
      }
      if rules.writableIsNotExecutable {
        needed |= Entry.readOnly.mask
        denied |= denyDirtying
      }
    } else {
      if access.isUser {
        needed |= Entry.user.mask
        limits = Bits(57).mask
      } else if rules.deniesUserData, access.role != .probe {
        denied |= Entry.user.mask
        if rules.deniesUserCode { needed |= Entry.userExecuteNever.mask }
      }
      if access.isWrite {
        denied |= Entry.readOnly.mask
        limits |= Bits(58).mask
      }
    }
    // Which attributes forbid a fetch no compare can tell.
    if access.isFetch, rules.unfetchable != 0 { return check }
    check.leafMask = needed | denied
    check.leafValue = needed
    if rules.hasTableLimits { check.pathMask = limits }
    return check
  }

  static func denied(_ entry: UInt64, rules: ArmStage1Rules) -> UInt64 {
    rules.updatesDeniedAccessFlag ? entry | Entry.accessFlag.mask : entry
  }

  static func examine(
    _ entry: UInt64, level: Int, access: WalkAccess, rules: ArmStage1Rules, accumulated: UInt64
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

    // AArch64.S1Walk: the output address, then the access flag.
    if entry & rules.beyondOutput != 0 { return .refused(.addressSize) }
    let used = Entry.accessFlag.isSet(in: entry)
    if !used, !rules.updatesAccessFlag { return .refused(.accessFlag) }

    // AArch64.S1CheckPermissions.
    guard
      isGranted(entry, access, rules, above: rules.hasTableLimits ? accumulated &<< 4 : 0)
    else { return .refused(.permission) }

    // AArch64.S1Translate: the flags are set only for an access that may be made; an address
    // translation instruction is none that writes.
    var after = entry | Entry.accessFlag.mask
    if access.isWrite, access.role != .probe, rules.updatesDirtyState,
      Entry.dirtyBitModifier.isSet(in: entry)
    {
      after &= ~Entry.readOnly.mask
    }
    return .leaf(after, shift: pageShift + UInt64(level) * indexBits)
  }

  /// AArch64.S1DirectBasePermissions: the rights that a leaf leaves, below tables with these limits.
  private static func isGranted(
    _ entry: UInt64, _ access: WalkAccess, _ rules: ArmStage1Rules, above limits: UInt64
  ) -> Bool {
    // "AP[2] is 0 for the purposes of the permission check" where the hardware manages it.
    let isDirtied = rules.updatesDirtyState && Entry.dirtyBitModifier.isSet(in: entry)
    var privilegedWrite = !Entry.readOnly.isSet(in: entry) || isDirtied
    var userRead = Entry.user.isSet(in: entry)
    var userWrite = userRead && privilegedWrite
    if Bits(61).isSet(in: limits) {
      userRead = false
      userWrite = false
    }
    if Bits(62).isSet(in: limits) {
      privilegedWrite = false
      userWrite = false
    }
    let userExecute =
      !Entry.userExecuteNever.isSet(in: entry) && !Entry.tableUserExecuteNever.isSet(in: limits)
    let privilegedExecute =
      !Entry.privilegedExecuteNever.isSet(in: entry)
      && !Entry.tablePrivilegedExecuteNever.isSet(in: limits) && !userWrite

    if access.isFetch {
      if rules.unfetchable >> Entry.attributeIndex.of(entry) & 1 != 0 { return false }
      let write = access.isUser ? userWrite : privilegedWrite
      let execute = access.isUser ? userExecute : privilegedExecute
      return execute && !(rules.writableIsNotExecutable && write)
    }
    if access.isUser { return access.isWrite ? userWrite : userRead }
    // PAN: not for the address translation instructions that this model has (AT S12E1R and S12E1W;
    // only AT S1E1RP and S1E1WP heed it).
    let isUsers = userRead || userWrite || (rules.deniesUserCode && userExecute)
    if rules.deniesUserData, access.role != .probe, isUsers { return false }
    return access.isWrite ? privilegedWrite : true
  }
}
