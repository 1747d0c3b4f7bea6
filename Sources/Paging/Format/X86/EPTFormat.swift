// Intel SDM volume 3C (the edition of 2023), sections 29.3.2 "EPT Translation
// Mechanism", 29.3.3.1 "EPT Misconfigurations", 29.3.3.2 "EPT Violations", 29.3.5 "Accessed and Dirty
// Flags for EPT".

/// Intel's extended page tables, of 4 and of 5 levels.
///
/// Levels count from 0 here and from 1 in the manual.
enum EPTFormat: PagingFormat {
  typealias Rules = EPTRules
  private typealias Entry = EPTEntry

  static let indexBits: UInt64 = 9
  static let pageShift: UInt64 = 12
  static let accumulates = true
  static let unaccumulated = ~0 as UInt64

  @inline(__always)
  static func address(_ entry: UInt64) -> UInt64 { entry & 0x000f_ffff_ffff_f000 }

  @inline(__always)
  static func accumulate(_ path: UInt64, _ entry: UInt64) -> UInt64 { path & entry }

  /// The bits that say whether an entry is present (29.3.2).
  @inline(__always)
  private static func rights(_ rules: EPTRules) -> UInt64 {
    rules.isModeBased
      ? Entry.read.mask | Entry.write.mask | Entry.execute.mask | Entry.executeUser.mask
      : Entry.read.mask | Entry.write.mask | Entry.execute.mask
  }

  /// The right that an access needs.
  ///
  /// "If the mode-based execute control is 1", a fetch from a user-mode linear address needs XU and
  /// one from a supervisor-mode linear address X.
  @inline(__always)
  private static func right(of access: WalkAccess, _ rules: EPTRules) -> UInt64 {
    switch access.kind {
    case .read, .hlvx: Entry.read.mask
    case .write: Entry.write.mask
    case .fetch:
      rules.isModeBased && access.isUser ? Entry.executeUser.mask : Entry.execute.mask
    }
  }

  /// Whether an entry of a level may map a page.
  private static func offersLeaf(_ level: Int, _ rules: EPTRules) -> Bool {
    switch level {
    case 0: true
    case 1: rules.offers2M
    case 2: rules.offers1G
    default: false
    }
  }

  /// The address bits that are reserved in every entry.
  private static func reservedAddress(_ rules: EPTRules) -> UInt64 {
    rules.physicalBits < 52 ? Bits(Int(rules.physicalBits)...51).mask : 0
  }

  /// The address bits that are reserved in a leaf because of its size.
  private static func alignment(_ level: Int) -> UInt64 {
    switch level {
    case 1: Entry.reserved2M.mask
    case 2: Entry.reserved1G.mask
    default: 0
    }
  }

  static func check(level: Int, access: WalkAccess, rules: EPTRules) -> EntryCheck {
    var check = EntryCheck()
    let reserved = reservedAddress(rules)
    // An entry that allows reads is present, and can't be misconfigured for its rights.
    var needed = Entry.read.mask
    if rules.hasFlags { needed |= Entry.accessed.mask }
    if level > 0 {
      check.tableMask = needed | reserved | Entry.pageSize.mask | Entry.reservedInTable.mask
      check.tableValue = needed
    }
    guard offersLeaf(level, rules) else { return check }
    if level > 0 { needed |= Entry.pageSize.mask }
    if rules.hasFlags, access.isWrite { needed |= Entry.dirty.mask }
    // Write-back is what memory has; the other types go to the ladder.
    let writeBack = Entry.memoryType.holding(6)
    check.leafMask = needed | reserved | alignment(level) | Entry.memoryType.mask
    check.leafValue = needed | writeBack
    check.pathMask = right(of: access, rules)
    check.pathValue = check.pathMask
    return check
  }

  static func examine(
    _ entry: UInt64, level: Int, access: WalkAccess, rules: EPTRules, accumulated: UInt64
  ) -> EntryFinding {
    // 29.3.3.2: an entry that is not present is a violation, and its other bits are not looked at.
    guard entry & rights(rules) != 0 else { return .refused(.notPresent) }
    // 29.3.3.1. As only the leaf is checked for rights, a misconfiguration anywhere on the path wins
    // over a violation: "An EPT violation may occur during an access using a guest-physical address
    // whose translation does not cause an EPT misconfiguration" (29.3.3.2).
    if misconfiguration(of: entry, level: level, rules: rules) != nil { return .refused(.reserved) }

    // 29.3.5: the flags.
    var after = rules.hasFlags ? entry | Entry.accessed.mask : entry
    guard level == 0 || Entry.pageSize.isSet(in: entry) else { return .table(after) }

    // 29.3.3.2: the rights are those of all entries together.
    guard accumulated & right(of: access, rules) != 0 else { return .refused(.permission) }
    if rules.hasFlags, access.isWrite { after |= Entry.dirty.mask }
    return .leaf(after, shift: pageShift + UInt64(level) * indexBits)
  }

  /// What is wrong with an entry that is present, if anything is (29.3.3.1).
  static func misconfiguration(
    of entry: UInt64, level: Int, rules: EPTRules
  ) -> EPTMisconfiguration.Cause? {
    if !Entry.read.isSet(in: entry) {
      if Entry.write.isSet(in: entry) { return .writeWithoutRead }
      if !rules.offersExecuteOnly { return .executeOnly }
    }
    var reserved = reservedAddress(rules)
    let isLeaf = level == 0 || Entry.pageSize.isSet(in: entry)
    if isLeaf {
      reserved |= alignment(level)
      if !offersLeaf(level, rules) { reserved |= Entry.pageSize.mask }
    } else {
      reserved |= Entry.reservedInTable.mask
    }
    if entry & reserved != 0 { return .reservedBits(entry & reserved) }
    if isLeaf {
      switch Entry.memoryType.of(entry) {
      case 2, 3, 7: return .memoryType(Entry.memoryType.of(entry))
      default: break
      }
    }
    return nil
  }
}
