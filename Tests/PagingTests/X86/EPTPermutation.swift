@testable import Paging

/// What a case of the flat oracle sets in EPT: the leaf for the final page, one entry above it, the leaf
/// for the page of the guest's last table, and the controls.
enum EPTFlag: Int, FlagName {
  // The leaf.
  case leafRead, leafWrite, leafExecute, leafExecuteUser, leafAccessed, leafDirty
  /// The memory type, bit by bit.
  case leafType0, leafType1, leafType2
  case leafReservedAddress
  /// A bit of the address below the page's size; large pages only.
  case leafMisaligned
  // The entry above.
  case upperRead, upperWrite, upperExecute, upperExecuteUser, upperAccessed
  case upperReservedAddress
  /// Bits 3 and 6, which are reserved in a table entry.
  case upperReservedLow, upperReservedHigh
  /// Bit 7, where it is reserved: in the upper two levels.
  case upperPageSize
  // The leaf of the guest's table.
  case tableRead, tableWrite, tableExecute, tableExecuteUser, tableAccessed, tableDirty
  /// The memory type 7.
  case tableReservedType
  /// Everything that is ignored or only carried, in all three.
  case ignored
  // Controls and capabilities.
  case hasFlags, modeBased, executeOnly, largePages, advancedInformation
}

extension FlagSet<EPTFlag> {
  /// Everything allowed, with all accessed and dirty flags set, in write-back memory.
  static var permissive: Self {
    Self([
      .leafRead, .leafWrite, .leafExecute, .leafExecuteUser, .leafAccessed, .leafDirty, .leafType1,
      .leafType2, .upperRead, .upperWrite, .upperExecute, .upperExecuteUser, .upperAccessed,
      .tableRead, .tableWrite, .tableExecute, .tableExecuteUser, .tableAccessed, .tableDirty,
      .hasFlags, .executeOnly, .largePages,
    ])
  }
}

/// A case of a guest over EPT, and what the manual says of it, as formulas over its flags.
struct EPTPermutation {
  var guest = FlagSet<X86GuestFlag>.permissive
  var host = FlagSet<EPTFlag>.permissive

  /// The registers of a case.
  func registers(_ memory: borrowing X86PermutationMemory) -> X86Registers {
    var registers = formula(memory.shape).registers
    registers.cr3 = memory.root
    registers.eptp =
      X86PermutationMemory.hostRoot | 6 | UInt64(memory.shape.hostLevels - 1) << 3
      | host.bit(.hasFlags, 6)
    registers.secondaryControls = 2 | host.bit(.modeBased, 22)
    registers.ia32VMXEPTVPIDCap =
      1 << 6 | 1 << 7 | 1 << 14 | 1 << 21 | host.bit(.executeOnly, 0) | host.bit(.largePages, 16)
      | host.bit(.largePages, 17) | host.bit(.advancedInformation, 22)
    return registers
  }

  func formula(_ shape: X86PermutationShape) -> X86GuestFormula {
    X86GuestFormula(flags: guest, shape: shape, isAMD: false)
  }

  /// The words of a case.
  func words(_ memory: borrowing X86PermutationMemory) -> X86PermutationWords {
    let formula = formula(memory.shape)
    var words = X86PermutationWords()
    words.guestUpper = formula.upper(memory.belowGuestUpper)
    words.guestLeaf = formula.leaf(memory.finalFrame)

    // Bits 11 and 62:52 are ignored everywhere, and so is 63, or it suppresses #VE.
    let ignored: UInt64 = host[.ignored] ? 0xfff0_0000_0000_0800 : 0
    var leaf = memory.targetFrame | ignored
    leaf |= host.bit(.leafRead, 0) | host.bit(.leafWrite, 1) | host.bit(.leafExecute, 2)
    leaf |= host.bit(.leafType0, 3) | host.bit(.leafType1, 4) | host.bit(.leafType2, 5)
    leaf |= host.bit(.ignored, 6)  // ignore PAT
    leaf |= host.bit(.leafAccessed, 8) | host.bit(.leafDirty, 9) | host.bit(.leafExecuteUser, 10)
    leaf |= host.bit(.leafReservedAddress, 50)
    if memory.shape.hostLeaf > 0 {
      leaf |= 1 << 7 | host.bit(.leafMisaligned, 12)
    } else {
      leaf |= host.bit(.ignored, 7)
    }
    words.hostLeaf = leaf

    var upper = memory.belowHostUpper | ignored | host.bit(.ignored, 9)
    upper |= host.bit(.upperRead, 0) | host.bit(.upperWrite, 1) | host.bit(.upperExecute, 2)
    upper |= host.bit(.upperReservedLow, 3) | host.bit(.upperReservedHigh, 6)
    upper |= host.bit(.upperAccessed, 8) | host.bit(.upperExecuteUser, 10)
    upper |= host.bit(.upperReservedAddress, 51)
    if memory.shape.hostUpper >= 3 { upper |= host.bit(.upperPageSize, 7) }
    words.hostUpper = upper

    var table = memory.tablePage | ignored | host.bit(.ignored, 7)
    table |= host.bit(.tableRead, 0) | host.bit(.tableWrite, 1) | host.bit(.tableExecute, 2)
    table |= host[.tableReservedType] ? 7 << 3 : 6 << 3
    table |= host.bit(.tableAccessed, 8) | host.bit(.tableDirty, 9)
    table |= host.bit(.tableExecuteUser, 10)
    words.hostTable = table
    return words
  }

  /// What the manual says of the access.
  func outcome(_ memory: borrowing X86PermutationMemory) -> X86PermutationOutcome {
    let formula = formula(memory.shape)
    var outcome = X86PermutationOutcome(words: words(memory))
    outcome.fault = fault(memory, formula, &outcome)
    return outcome
  }

  private func fault(
    _ memory: borrowing X86PermutationMemory, _ formula: X86GuestFormula,
    _ outcome: inout X86PermutationOutcome
  ) -> ExpectedFault? {
    let atOnce = !guest[.onSuccess]
    let hasFlags = host[.hasFlags]

    // The guest's entry above the leaf.
    guard guest[.upperPresent] else { return formula.pageFault(0) }
    if formula.upperIsReserved { return formula.pageFault(1 << 0 | 1 << 3) }
    if atOnce, !guest[.upperAccessed] { outcome.set(\.guestUpper, 1 << 5) }

    // The read of the guest's last table, which flags make a write.
    let tableAddress = memory.guestPhysical(ofEntryAt: memory.shape.guestLeaf)
    guard isPresent(.tableRead, .tableWrite, .tableExecute, .tableExecuteUser) else {
      return violation(hasFlags ? 0b11 : 0b01, 0, tableAddress, formula)
    }
    if isMisconfigured(.tableRead, .tableWrite) || host[.tableReservedType] {
      return misconfiguration(tableAddress)
    }
    guard host[hasFlags ? .tableWrite : .tableRead] else {
      return violation(hasFlags ? 0b11 : 0b01, tableRights, tableAddress, formula)
    }
    if hasFlags, !host[.tableAccessed] || !host[.tableDirty] {
      outcome.set(\.hostTable, 1 << 8 | 1 << 9)
    }

    // The guest's leaf.
    guard guest[.leafPresent] else { return formula.pageFault(0) }
    if formula.leafIsReserved { return formula.pageFault(1 << 0 | 1 << 3) }
    if formula.keyDenies { return formula.pageFault(1 << 0 | 1 << 5) }
    if formula.rightsDeny { return formula.pageFault(1 << 0) }
    if !atOnce, !guest[.upperAccessed] { outcome.set(\.guestUpper, 1 << 5) }
    let flags: UInt64 = guest[.write] ? 1 << 5 | 1 << 6 : 1 << 5
    if outcome.words.guestLeaf & flags != flags {
      // Without flags in EPT, setting one in the guest's table is a write there. Whether bit 0 is set
      // for it, the manual leaves open.
      guard hasFlags || host[.tableWrite] else {
        return violation(0b10, tableRights, tableAddress, formula, undefined: 1)
      }
      outcome.set(\.guestLeaf, flags)
    }

    // The final access: the entry above the leaf, the leaf, the rights of both.
    let access: UInt64 = guest[.write] ? 0b010 : guest[.fetch] ? 0b100 : 0b001
    let address = memory.finalPhysical
    guard isPresent(.upperRead, .upperWrite, .upperExecute, .upperExecuteUser) else {
      return violation(access, 0, address, formula, isFinal: true)
    }
    if isMisconfigured(.upperRead, .upperWrite) || host[.upperReservedAddress]
      || host[.upperReservedLow] || host[.upperReservedHigh]
      || host[.upperPageSize] && memory.shape.hostUpper >= 3
    {
      return misconfiguration(address)
    }
    if atOnce, hasFlags, !host[.upperAccessed] { outcome.set(\.hostUpper, 1 << 8) }
    guard isPresent(.leafRead, .leafWrite, .leafExecute, .leafExecuteUser) else {
      return violation(access, 0, address, formula, isFinal: true)
    }
    let isLarge = memory.shape.hostLeaf > 0
    if isMisconfigured(.leafRead, .leafWrite) || host[.leafReservedAddress]
      || isLarge && (host[.leafMisaligned] || !host[.largePages]) || hasReservedType
    {
      return misconfiguration(address)
    }
    // A fetch from a user-mode address needs XU instead, under mode-based execute control.
    let right: UInt64 =
      guest[.fetch] && host[.modeBased] && formula.isUserPage ? 0b1000 : access
    guard finalRights & right != 0 else {
      return violation(access, finalRights, address, formula, isFinal: true)
    }
    if hasFlags {
      if !atOnce, !host[.upperAccessed] { outcome.set(\.hostUpper, 1 << 8) }
      outcome.set(\.hostLeaf, guest[.write] ? 1 << 8 | 1 << 9 : 1 << 8)
    }
    return nil
  }

  private func isPresent(
    _ read: EPTFlag, _ write: EPTFlag, _ execute: EPTFlag, _ executeUser: EPTFlag
  ) -> Bool {
    host[read] || host[write] || host[execute] || host[.modeBased] && host[executeUser]
  }

  /// Whether the rights of an entry that is present are ones that can't be.
  private func isMisconfigured(_ read: EPTFlag, _ write: EPTFlag) -> Bool {
    !host[read] && (host[write] || !host[.executeOnly])
  }

  private var hasReservedType: Bool {
    switch (host[.leafType2], host[.leafType1], host[.leafType0]) {
    case (false, true, false), (false, true, true), (true, true, true): true
    default: false
    }
  }

  /// Read, write, execute and user execute of the path to the guest's last table.
  private var tableRights: UInt64 {
    host.bit(.tableRead, 0) | host.bit(.tableWrite, 1) | host.bit(.tableExecute, 2)
      | host.bit(.tableExecuteUser, 3)
  }

  /// Read, write, execute and user execute of the path to the final page.
  private var finalRights: UInt64 {
    (host.bit(.leafRead, 0) | host.bit(.leafWrite, 1) | host.bit(.leafExecute, 2)
      | host.bit(.leafExecuteUser, 3))
      & (host.bit(.upperRead, 0) | host.bit(.upperWrite, 1) | host.bit(.upperExecute, 2)
        | host.bit(.upperExecuteUser, 3))
  }

  private func misconfiguration(_ address: UInt64) -> ExpectedFault {
    ExpectedFault(
      kind: "ept-misconfiguration",
      fields: [
        ReportField("exit_reason", 49, isNumber: true),
        ReportField("guest_physical_address", address),
      ])
  }

  /// The violation of an access, where the entries have these rights.
  private func violation(
    _ access: UInt64, _ rights: UInt64, _ address: UInt64, _ formula: X86GuestFormula,
    isFinal: Bool = false, undefined: UInt64 = 0
  ) -> ExpectedFault {
    var qualification = access | (rights & 7) << 3 | 1 << 7
    var undefined = undefined | 1 << 12
    if host[.modeBased] { qualification |= (rights >> 3) << 6 } else { undefined |= 1 << 6 }
    if isFinal { qualification |= 1 << 8 }
    if isFinal, host[.advancedInformation] {
      if formula.isUserPage { qualification |= 1 << 9 }
      if formula.isWritable { qualification |= 1 << 10 }
      if !formula.isExecutable { qualification |= 1 << 11 }
    } else {
      undefined |= 7 << 9
    }
    return ExpectedFault(
      kind: "ept-violation",
      fields: [
        ReportField("exit_reason", 48, isNumber: true),
        ReportField("exit_qualification", qualification, defined: ~undefined),
        ReportField("guest_physical_address", address),
        ReportField(
          "guest_linear_address", X86PermutationMemory.linear(formula.shape).value),
      ])
  }
}
