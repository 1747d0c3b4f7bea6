@testable import Paging

/// What a case of the flat oracle sets in AMD's nested tables: the leaf for the final page, one entry
/// above it, and the leaf for the page of the guest's last table.
enum NestedFlag: Int, FlagName {
  // The leaf.
  case leafPresent, leafWrite, leafUser, leafNoExecute, leafAccessed, leafDirty
  case leafReservedAddress
  /// A bit of the address below the page's size; large pages only.
  case leafMisaligned
  // The entry above.
  case upperPresent, upperWrite, upperUser, upperNoExecute, upperAccessed
  case upperReservedAddress
  /// PS and G, which are reserved in the upper two levels.
  case upperPageSize, upperGlobal
  // The leaf of the guest's table.
  case tablePresent, tableWrite, tableUser, tableNoExecute, tableAccessed, tableDirty
  case tableReservedAddress
  /// Everything that is ignored, in all three.
  case ignored
  // The host's registers.
  case noExecuteEnable
  /// CR0.WP, CR4.SMEP, CR4.SMAP and CR4.PKE, none of which matters to a user's accesses.
  case writeProtect, smep, smap, keys
}

extension FlagSet<NestedFlag> {
  /// Everything allowed, with all accessed and dirty flags set.
  static var permissive: Self {
    Self([
      .leafPresent, .leafWrite, .leafUser, .leafAccessed, .leafDirty, .upperPresent, .upperWrite,
      .upperUser, .upperAccessed, .tablePresent, .tableWrite, .tableUser, .tableAccessed,
      .tableDirty,
      .noExecuteEnable, .writeProtect,
    ])
  }
}

/// A case of a guest over nested page tables, and what the manual says of it, as formulas over its flags.
struct NestedPermutation {
  var guest = FlagSet<X86GuestFlag>.permissive
  var host = FlagSet<NestedFlag>.permissive

  /// The registers of a case.
  func registers(_ memory: borrowing X86PermutationMemory) -> X86Registers {
    var registers = formula(memory.shape).registers
    registers.cr3 = memory.root
    registers.ncr3 = X86PermutationMemory.hostRoot
    registers.hostCR0 = 0x8000_0001 | host.bit(.writeProtect, 16)
    registers.hostCR4 = 0x20 | host.bit(.smep, 20) | host.bit(.smap, 21) | host.bit(.keys, 22)
    if memory.shape.hostLevels == 5 { registers.hostCR4 |= 1 << 12 }
    registers.hostEFER = 0x1500 | host.bit(.noExecuteEnable, 11)
    return registers
  }

  func formula(_ shape: X86PermutationShape) -> X86GuestFormula {
    X86GuestFormula(flags: guest, shape: shape, isAMD: true)
  }

  /// The words of a case.
  func words(_ memory: borrowing X86PermutationMemory) -> X86PermutationWords {
    let formula = formula(memory.shape)
    var words = X86PermutationWords()
    words.guestUpper = formula.upper(memory.belowGuestUpper)
    words.guestLeaf = formula.leaf(memory.finalFrame)

    // Bits 11:9 and 62:52, PCD and PWT.
    let ignored: UInt64 = host[.ignored] ? 0x7ff0_0000_0000_0e18 : 0
    var leaf = memory.targetFrame | ignored | host.bit(.ignored, 8)
    leaf |= host.bit(.leafPresent, 0) | host.bit(.leafWrite, 1) | host.bit(.leafUser, 2)
    leaf |= host.bit(.leafAccessed, 5) | host.bit(.leafDirty, 6) | host.bit(.leafNoExecute, 63)
    leaf |= host.bit(.leafReservedAddress, 51)
    if memory.shape.hostLeaf > 0 {
      leaf |= 1 << 7 | host.bit(.ignored, 12) | host.bit(.leafMisaligned, 13)
    } else {
      leaf |= host.bit(.ignored, 7)
    }
    words.hostLeaf = leaf

    var upper = memory.belowHostUpper | ignored | host.bit(.ignored, 6)
    upper |= host.bit(.upperPresent, 0) | host.bit(.upperWrite, 1) | host.bit(.upperUser, 2)
    upper |= host.bit(.upperAccessed, 5) | host.bit(.upperNoExecute, 63)
    upper |= host.bit(.upperReservedAddress, 50) | host.bit(.upperGlobal, 8)
    if memory.shape.hostUpper >= 3 { upper |= host.bit(.upperPageSize, 7) }
    words.hostUpper = upper

    var table = memory.tablePage | ignored | host.bit(.ignored, 7) | host.bit(.ignored, 8)
    table |= host.bit(.tablePresent, 0) | host.bit(.tableWrite, 1) | host.bit(.tableUser, 2)
    table |= host.bit(.tableAccessed, 5) | host.bit(.tableDirty, 6)
    table |= host.bit(.tableNoExecute, 63) | host.bit(.tableReservedAddress, 50)
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

    // The guest's entry above the leaf.
    guard guest[.upperPresent] else { return formula.pageFault(0) }
    if formula.upperIsReserved { return formula.pageFault(1 << 0 | 1 << 3) }
    if atOnce { outcome.set(\.guestUpper, 1 << 5) }

    // The read of the guest's last table: a user's write. Its own rights and flags count, whatever it is
    // read for.
    let tableAddress = memory.guestPhysical(ofEntryAt: memory.shape.guestLeaf)
    let walk: UInt64 = 1 << 33 | 1 << 2 | 1 << 1
    guard host[.tablePresent] else { return nestedFault(walk, tableAddress) }
    if host[.tableReservedAddress] || host[.tableNoExecute] && !host[.noExecuteEnable] {
      return nestedFault(walk | 1 << 3 | 1 << 0, tableAddress)
    }
    guard host[.tableWrite], host[.tableUser] else {
      return nestedFault(walk | 1 << 0, tableAddress)
    }
    outcome.set(\.hostTable, 1 << 5 | 1 << 6)

    // The guest's leaf.
    guard guest[.leafPresent] else { return formula.pageFault(0) }
    if formula.leafIsReserved { return formula.pageFault(1 << 0 | 1 << 3) }
    if formula.keyDenies { return formula.pageFault(1 << 0 | 1 << 5) }
    if formula.rightsDeny { return formula.pageFault(1 << 0) }
    outcome.set(\.guestUpper, 1 << 5)
    outcome.set(\.guestLeaf, guest[.write] ? 1 << 5 | 1 << 6 : 1 << 5)

    // The final access.
    let address = memory.finalPhysical
    let final: UInt64 = 1 << 32 | 1 << 2 | guest.bit(.write, 1) | guest.bit(.fetch, 4)
    guard host[.upperPresent] else { return nestedFault(final, address) }
    if host[.upperReservedAddress] || host[.upperNoExecute] && !host[.noExecuteEnable]
      || memory.shape.hostUpper >= 3 && (host[.upperPageSize] || host[.upperGlobal])
    {
      return nestedFault(final | 1 << 3 | 1 << 0, address)
    }
    if atOnce { outcome.set(\.hostUpper, 1 << 5) }
    guard host[.leafPresent] else { return nestedFault(final, address) }
    if host[.leafReservedAddress] || host[.leafNoExecute] && !host[.noExecuteEnable]
      || memory.shape.hostLeaf > 0 && host[.leafMisaligned]
    {
      return nestedFault(final | 1 << 3 | 1 << 0, address)
    }
    let isUser = host[.leafUser] && host[.upperUser]
    let isWritable = host[.leafWrite] && host[.upperWrite]
    let isExecutable = !host[.leafNoExecute] && !host[.upperNoExecute]
    guard isUser, isWritable || !guest[.write], isExecutable || !guest[.fetch] else {
      return nestedFault(final | 1 << 0, address)
    }
    outcome.set(\.hostUpper, 1 << 5)
    outcome.set(\.hostLeaf, guest[.write] ? 1 << 5 | 1 << 6 : 1 << 5)
    return nil
  }

  private func nestedFault(_ information: UInt64, _ address: UInt64) -> ExpectedFault {
    ExpectedFault(
      kind: "nested-page-fault",
      fields: [
        ReportField("exitcode", 0x400), ReportField("exitinfo1", information),
        ReportField("exitinfo2", address),
      ])
  }
}
