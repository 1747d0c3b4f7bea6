// AMD64 APM volume 2, section 15.25.6 "Nested versus Guest Page Faults, Fault Ordering".

/// The VM exit of an access that AMD's nested page tables do not allow.
public struct NestedPageFault: Sendable, Hashable {
  /// VMEXIT_NPF.
  public let exitCode: UInt64 = 0x400
  /// EXITINFO1: the error code, as a page fault's, with bit 32 or 33 for what was translated.
  public var exitInfo1: UInt64
  /// EXITINFO2: the guest-physical address.
  public var exitInfo2: UInt64
  private let linear: GuestVirtual

  // Part of its caller: a failure is more words than are worth a copy.
  @inline(__always)
  init(_ failure: WalkFailure, _ facts: X86ExitFacts) {
    linear = facts.linear(failure.guestVirtual)
    exitInfo2 = failure.guestPhysical?.value ?? 0
    // Every access to a nested table is a user's.
    var bits = Self.user
    switch failure.reason {
    case .notPresent, .addressTooWide: break
    case .reserved: bits |= Self.present | Self.reserved
    default: bits |= Self.present
    }
    if failure.context == .finalAccess {
      bits |= Self.finalAccess
      switch failure.asked.kind {
      case .read, .hlvx: break
      case .write: bits |= Self.write
      case .fetch: bits |= Self.fetch
      }
    } else {
      // "nested table walks for guest page tables are always treated as data writes, even if the
      // access itself is a code read".
      bits |= Self.tableWalk | Self.write
    }
    exitInfo1 = bits
  }

  private static let present: UInt64 = 1 << 0
  private static let write: UInt64 = 1 << 1
  private static let user: UInt64 = 1 << 2
  private static let reserved: UInt64 = 1 << 3
  private static let fetch: UInt64 = 1 << 4
  private static let finalAccess: UInt64 = 1 << 32
  private static let tableWalk: UInt64 = 1 << 33

  var fields: [ReportField] {
    [
      ReportField("exitcode", exitCode), ReportField("exitinfo1", exitInfo1),
      ReportField("exitinfo2", exitInfo2),
    ]
  }

  /// The exit in words.
  public var words: String {
    let what =
      if exitInfo1 & Self.tableWalk != 0 {
        "walk of a guest table (counted as a user write)"
      } else if exitInfo1 & Self.write != 0 {
        "write"
      } else if exitInfo1 & Self.fetch != 0 {
        "fetch"
      } else {
        "read"
      }
    let why =
      if exitInfo1 & Self.present == 0 {
        "a nested entry is not present"
      } else if exitInfo1 & Self.reserved != 0 {
        "a nested entry has a reserved bit set"
      } else {
        "the nested entries do not allow it"
      }
    let info = String(exitInfo1, radix: 16)
    return "nested page fault (exit code 0x400, EXITINFO1 0x\(info)): \(what) at guest-physical"
      + " \(GuestPhysical(exitInfo2)) for linear \(linear), \(why)"
  }
}
