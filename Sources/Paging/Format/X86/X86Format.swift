// Intel SDM volume 3A (the edition of 2023), sections 4.5 "4-Level Paging and 5-Level Paging", 4.6 "Access Rights",
// 4.7 "Page-Fault Exceptions", 4.8 "Accessed and Dirty Flags"; AMD64 APM volume 2, sections 5.3 and
// 15.25 "Nested Paging".

/// The tables of 4-level and 5-level paging, a guest's and AMD's nested ones.
///
/// One format serves both stages: nested tables are ordinary long-mode tables in which every access
/// is a user's. Levels count from 0 here and from 1 in the manuals.
enum X86Format: GuestPagingFormat {
  typealias Rules = X86Rules
  private typealias Entry = X86Entry

  static let indexBits: UInt64 = 9
  static let pageShift: UInt64 = 12
  static let accumulates = true
  static let unaccumulated = ~0 as UInt64

  @inline(__always)
  static func address(_ entry: UInt64) -> UInt64 { entry & 0x000f_ffff_ffff_f000 }

  /// The path keeps U/S, R/W and, as its bit 63, that no entry so far forbids execution.
  @inline(__always)
  static func accumulate(_ path: UInt64, _ entry: UInt64) -> UInt64 {
    path & (entry ^ 0x8000_0000_0000_0000)
  }

  /// The bit of a path that says that nothing forbids execution.
  static var executable: Bits { Entry.noExecute }

  /// EPT's mode-based execute control asks for the mode of the *address*, not of the access: it is a
  /// user-mode one if U/S is set in every entry (SDM 3A 4.6).
  @inline(__always)
  static func hostAccess(_ access: WalkAccess, leaf: StageLeaf, rules: X86Rules) -> WalkAccess {
    access.with(leaf.accumulated & 4 == 0 ? .supervisor : .user)
  }

  /// 4.10.2.4: G counts in the leaf, and only if CR4.PGE is set.
  static func isGlobal(_ entry: UInt64, _ rules: X86Rules) -> Bool {
    rules.hasGlobalPages && Entry.global.isSet(in: entry)
  }

  /// The bits that are reserved at a level whatever the entry is used for.
  private static func reserved(_ level: Int, _ rules: X86Rules) -> UInt64 {
    var bits = rules.physicalBits < 52 ? Bits(Int(rules.physicalBits)...51).mask : 0
    if !rules.hasNoExecute { bits |= Entry.noExecute.mask }
    if level >= 3 {
      // PS has no meaning above the page-directory pointers. So it is with G, which Intel ignores
      // there and AMD reserves (APM volume 2, section 5.3.3, the figures of PML5E and PML4E).
      bits |= Entry.pageSize.mask
      if rules.reservesGlobalAbove { bits |= Entry.global.mask }
    }
    return bits
  }

  /// The bits that are reserved in a leaf because of its size.
  private static func alignment(_ level: Int) -> UInt64 {
    switch level {
    case 1: Entry.reserved2M.mask
    case 2: Entry.reserved1G.mask
    default: 0
    }
  }

  static func check(level: Int, access: WalkAccess, rules: X86Rules) -> EntryCheck {
    var check = EntryCheck()
    let reserved = reserved(level, rules)
    var needed = Entry.present.mask | Entry.accessed.mask
    if level > 0 {
      check.tableMask = needed | reserved | Entry.pageSize.mask
      check.tableValue = needed
    }
    guard level <= 2 else { return check }
    var denied = reserved | alignment(level)
    if level > 0 {
      needed |= Entry.pageSize.mask
      // PAT lies among the address bits of a large page, where a plain leaf has none.
      denied |= Entry.patternLarge.mask
    }
    if access.isWrite { needed |= Entry.dirty.mask }

    let user = rules.isNested || access.isUser
    var granted: UInt64 = 0
    var refused: UInt64 = 0
    if user {
      granted |= Entry.user.mask
    } else if rules.preventsUserPage(access) {
      refused |= Entry.user.mask
    }
    if access.isWrite, user || rules.protectsFromSupervisor { granted |= Entry.write.mask }
    if access.isFetch { granted |= executable.mask }
    check.pathMask = granted | refused
    check.pathValue = granted

    // Where a key can deny the access, only the lowest one that doesn't is let through here.
    var deniedKeys: UInt64 = 0
    if refused == 0 { deniedKeys |= rules.deniedKeys(rules.userKeys, access) }
    if !user { deniedKeys |= rules.deniedKeys(rules.supervisorKeys, access) }
    if deniedKeys != 0 {
      let key = UInt64((~deniedKeys).trailingZeroBitCount)
      guard key < 16 else { return check }
      needed |= Entry.protectionKey.holding(key)
      denied |= Entry.protectionKey.mask & ~Entry.protectionKey.holding(key)
    }
    check.leafMask = needed | denied
    check.leafValue = needed
    return check
  }

  static func examine(
    _ entry: UInt64, level: Int, access: WalkAccess, rules: X86Rules, accumulated: UInt64
  ) -> EntryFinding {
    // 4.7: P first; "reserved bits are not checked in a paging-structure entry whose P flag is 0".
    guard Entry.present.isSet(in: entry) else { return .refused(.notPresent) }
    if entry & reserved(level, rules) != 0 { return .refused(.reserved) }

    // 4.5.4: an entry of level 2 or 3 with PS clear, or of a level above, points to a table.
    var after = entry | Entry.accessed.mask
    guard level == 0 || Entry.pageSize.isSet(in: entry) else { return .table(after) }
    if entry & alignment(level) != 0 { return .refused(.reserved) }

    // 4.6: the rights are those of all entries together.
    if let reason = denial(of: access, rules: rules, entry: entry, path: accumulated) {
      return .refused(reason)
    }

    // 4.8: the flags.
    if access.isWrite { after |= Entry.dirty.mask }
    return .leaf(after, shift: pageShift + UInt64(level) * indexBits)
  }

  /// Why the rights of a finished path deny an access, if they do.
  private static func denial(
    of access: WalkAccess, rules: X86Rules, entry: UInt64, path: UInt64
  ) -> WalkFailure.Reason? {
    let userPage = Entry.user.isSet(in: path)
    // 4.6.2. 4.7 sets PK whenever the key denies, whether other rights do so too or not. A nested
    // tree has no keys.
    if !access.isFetch {
      let keys = userPage ? rules.userKeys : rules.supervisorKeys
      if rules.deniedKeys(keys, access) >> Entry.protectionKey.of(entry) & 1 != 0 {
        return .protectionKey
      }
    }
    // 4.6.1
    let user = rules.isNested || access.isUser
    if user {
      guard userPage else { return .permission }
    } else if userPage {
      guard !rules.preventsUserPage(access) else { return .permission }
    }
    let granted =
      switch access.kind {
      case .read, .hlvx: true
      case .write: Entry.write.isSet(in: path) || !user && !rules.protectsFromSupervisor
      case .fetch: executable.isSet(in: path)
      }
    return granted ? nil : .permission
  }
}
