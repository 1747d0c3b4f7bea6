/// The tables of Sv39, Sv48 and Sv57, and of Sv39x4, Sv48x4 and Sv57x4.
///
/// One format serves both stages: they differ in the root's size, which is geometry, and in the rules
/// for U and MXR. Levels are the manual's own.
enum RISCVFormat: GuestPagingFormat {
  typealias Rules = RISCVRules
  private typealias Entry = RISCVEntry

  static let indexBits: UInt64 = 9
  static let pageShift: UInt64 = 12
  static let accumulates = false
  static let unaccumulated: UInt64 = 0

  @inline(__always)
  static func address(_ entry: UInt64) -> UInt64 { (entry & 0x003f_ffff_ffff_fc00) &<< 2 }

  @inline(__always)
  static func accumulate(_ path: UInt64, _ entry: UInt64) -> UInt64 { path }

  /// G of the leaf.
  ///
  /// That of a pointer to a table makes everything below global too; who takes that for pages of one
  /// address space only keeps more entries than need be.
  static func isGlobal(_ entry: UInt64, _ rules: RISCVRules) -> Bool {
    !rules.isGStage && Entry.global.isSet(in: entry)
  }

  /// The bits of a superpage's entry that must be zero for it to be aligned.
  private static func alignment(_ level: Int) -> UInt64 {
    level == 0 ? 0 : Bits(10...9 + 9 * level).mask
  }

  static func check(level: Int, access: WalkAccess, rules: RISCVRules) -> EntryCheck {
    var check = EntryCheck()
    let beyond = Bits(54...63).mask
    if level > 0 {
      check.tableMask =
        beyond | Entry.dirty.mask | Entry.accessed.mask | Entry.user.mask | Entry.execute.mask
        | Entry.write.mask | Entry.read.mask | Entry.valid.mask
      check.tableValue = Entry.valid.mask
    }
    var needed = Entry.valid.mask | Entry.read.mask | Entry.accessed.mask
    switch access.kind {
    case .read: break
    case .write: needed |= Entry.write.mask | Entry.dirty.mask
    case .fetch, .hlvx: needed |= Entry.execute.mask
    }
    var denied = beyond | alignment(level)
    if rules.isGStage || access.isUser {
      needed |= Entry.user.mask
    } else if access.isFetch || !rules.supervisorUsesUserPages {
      denied |= Entry.user.mask
    }
    check.leafMask = needed | denied
    check.leafValue = needed
    return check
  }

  static func examine(
    _ entry: UInt64, level: Int, access: WalkAccess, rules: RISCVRules, accumulated: UInt64
  ) -> EntryFinding {
    // Step 3: V, and the encodings that are reserved for future standard use.
    guard Entry.valid.isSet(in: entry) else { return .refused(.notPresent) }
    let readable = Entry.read.isSet(in: entry)
    let writable = Entry.write.isSet(in: entry)
    let executable = Entry.execute.isSet(in: entry)
    if writable, !readable { return .refused(.reserved) }
    if Entry.reserved.isSet(in: entry) { return .refused(.reserved) }
    let memoryType = Entry.memoryType.of(entry)
    if memoryType != 0, !rules.hasMemoryTypes || memoryType == 3 { return .refused(.reserved) }

    // Step 4: a pointer to the next level. "For non-leaf PTEs, the D, A, and U bits are reserved";
    // so are N and PBMT.
    guard readable || executable else {
      let leafOnly =
        Entry.dirty.mask | Entry.accessed.mask | Entry.user.mask | Entry.napot.mask
        | Entry.memoryType.mask
      guard level > 0, entry & leafOnly == 0 else { return .refused(.reserved) }
      return .table(entry)
    }

    // Step 5: a leaf, and whether its low page-number bits fit its size.
    if entry & alignment(level) != 0 { return .refused(.reserved) }
    var pageShift = pageShift + UInt64(level) * indexBits
    if Entry.napot.isSet(in: entry) {
      // Svnapot: the only encoding is a range of 64 KiB, written 1000 in PPN[3:0].
      guard level == 0, Bits(10...13).of(entry) == 0b1000 else { return .refused(.reserved) }
      pageShift = 16
    }

    // Steps 6 and 7: the rights.
    let user = Entry.user.isSet(in: entry)
    if rules.isGStage {
      // "all accesses are considered to be user-level accesses, as though executed in U-mode."
      guard user else { return .refused(.permission) }
    } else if access.isUser {
      guard user else { return .refused(.permission) }
    } else if user {
      guard !access.isFetch, rules.supervisorUsesUserPages else { return .refused(.permission) }
    }
    let granted =
      switch access.kind {
      case .read:
        // MXR does not reach the implicit reads of VS-stage tables.
        readable || (executable && rules.executableIsReadable && access.role == .final)
      case .write: writable
      case .fetch, .hlvx: executable
      }
    guard granted else { return .refused(.permission) }

    // Step 9: the flags.
    var after = entry | Entry.accessed.mask
    if access.isWrite { after |= Entry.dirty.mask }
    if after != entry, !rules.updatesFlags {
      return .refused(Entry.accessed.isSet(in: entry) ? .dirtyFlag : .accessFlag)
    }
    return .leaf(after, shift: pageShift)
  }
}
