@testable import Paging

/// What the manuals say of the guest's own part of a case, as formulas over its flags.
struct X86GuestFormula {
  let flags: FlagSet<X86GuestFlag>
  let shape: X86PermutationShape
  /// Whether the processor is one of AMD's.
  let isAMD: Bool

  /// Bits that both vendors ignore wherever they stand: 11:9, 58:52, PCD and PWT.
  private var ignored: UInt64 { flags[.ignored] ? 0x07f0_0000_0000_0e18 : 0 }

  /// The leaf entry for the page at `frame`.
  func leaf(_ frame: UInt64) -> UInt64 {
    var entry = frame | ignored | flags.bit(.ignored, 8)
    entry |= flags.bit(.leafPresent, 0) | flags.bit(.leafWrite, 1) | flags.bit(.leafUser, 2)
    entry |= flags.bit(.leafAccessed, 5) | flags.bit(.leafDirty, 6)
    entry |= flags.bit(.leafNoExecute, 63) | flags.bit(.leafKey, 59)
    entry |= flags.bit(.leafReservedAddress, 50)
    if shape.guestLeaf > 0 {
      entry |= 1 << 7 | flags.bit(.ignored, 12)
      entry |= flags.bit(.leafMisaligned, shape.guestLeaf == 1 ? 20 : 29)
    } else {
      entry |= flags.bit(.ignored, 7)
    }
    return entry
  }

  /// The entry above, for the table at `table`.
  func upper(_ table: UInt64) -> UInt64 {
    var entry = table | ignored | flags.bit(.ignored, 6) | flags.bit(.ignored, 62)
    entry |= flags.bit(.upperPresent, 0) | flags.bit(.upperWrite, 1) | flags.bit(.upperUser, 2)
    entry |= flags.bit(.upperAccessed, 5) | flags.bit(.upperNoExecute, 63)
    entry |= flags.bit(.upperReservedAddress, 51) | flags.bit(.upperGlobal, 8)
    if shape.guestUpper >= 3 { entry |= flags.bit(.upperPageSize, 7) }
    return entry
  }

  var leafIsReserved: Bool {
    flags[.leafReservedAddress] || flags[.leafNoExecute] && !flags[.noExecuteEnable]
      || flags[.leafMisaligned] && shape.guestLeaf > 0
  }

  var upperIsReserved: Bool {
    flags[.upperReservedAddress] || flags[.upperNoExecute] && !flags[.noExecuteEnable]
      || shape.guestUpper >= 3 && (flags[.upperPageSize] || isAMD && flags[.upperGlobal])
  }

  /// Whether the linear address is a user-mode one, can be written, can be executed.
  var isUserPage: Bool { flags[.leafUser] && flags[.upperUser] }
  var isWritable: Bool { flags[.leafWrite] && flags[.upperWrite] }
  var isExecutable: Bool { !flags[.leafNoExecute] && !flags[.upperNoExecute] }

  /// Whether the protection key denies the access.
  var keyDenies: Bool {
    guard flags[.leafKey], !flags[.fetch] else { return false }
    if isUserPage {
      return flags[.userKeys]
        && (flags[.userKeyAccess]
          || flags[.userKeyWrite] && flags[.write] && (flags[.user] || flags[.writeProtect]))
    }
    return flags[.supervisorKeys]
      && (flags[.supervisorKeyAccess]
        || flags[.supervisorKeyWrite] && flags[.write] && (flags[.user] || flags[.writeProtect]))
  }

  /// Whether anything but the key denies the access.
  var rightsDeny: Bool {
    if flags[.user] {
      return !isUserPage || flags[.write] && !isWritable || flags[.fetch] && !isExecutable
    }
    if flags[.fetch] { return !isExecutable || isUserPage && flags[.smep] }
    return isUserPage && flags[.smap] && !flags[.alignmentCheck]
      || flags[.write] && !isWritable && flags[.writeProtect]
  }

  /// The registers, without the second stage's.
  var registers: X86Registers {
    var registers = X86Registers()
    registers.maxphyaddr = 50
    registers.cr0 = 0x8000_0001 | flags.bit(.writeProtect, 16)
    registers.cr4 = 0x20 | flags.bit(.smep, 20) | flags.bit(.smap, 21) | flags.bit(.userKeys, 22)
    registers.cr4 |= flags.bit(.supervisorKeys, 24)
    if shape.guestLevels == 5 { registers.cr4 |= 1 << 12 }
    registers.efer = 0x500 | flags.bit(.noExecuteEnable, 11)
    registers.rflags = flags.bit(.alignmentCheck, 18)
    registers.pkru = flags.bit(.userKeyAccess, 2) | flags.bit(.userKeyWrite, 3)
    registers.ia32PKRS = flags.bit(.supervisorKeyAccess, 2) | flags.bit(.supervisorKeyWrite, 3)
    registers.accessedFlags = flags[.onSuccess] ? .onSuccess : .eachLevel
    return registers
  }

  var access: Access {
    Access(
      flags[.write] ? .write : flags[.fetch] ? .fetch : .read,
      flags[.user] ? .user : .supervisor)
  }

  /// The page fault with these of the bits P, RSVD and PK.
  func pageFault(_ code: UInt64) -> ExpectedFault {
    var code = code | flags.bit(.write, 1) | flags.bit(.user, 2)
    if flags[.noExecuteEnable] || flags[.smep] { code |= flags.bit(.fetch, 4) }
    return ExpectedFault(
      kind: "page-fault",
      fields: [
        ReportField("vector", 14, isNumber: true), ReportField("error_code", code),
        ReportField("cr2", X86PermutationMemory.linear(shape).value),
      ])
  }
}

/// The fault that a formula expects.
struct ExpectedFault: Hashable {
  var kind: String
  var fields: [ReportField]
}
