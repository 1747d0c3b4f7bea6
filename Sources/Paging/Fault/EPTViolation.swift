// Intel SDM volume 3C (the edition of 2023), sections 28.2.1, table 28-7 "Exit Qualification for EPT
// Violations", and 29.3.3.2 "EPT Violations".

/// The VM exit of an access that the extended page tables do not allow.
public struct EPTViolation: Sendable, Hashable {
  /// The basic exit reason.
  public let exitReason: UInt64 = 48
  /// What the access was and what the entries would have allowed.
  public var exitQualification: UInt64
  /// The bits of the exit qualification that the manual defines for this exit.
  public var definedQualification: UInt64
  /// The address that was translated by EPT.
  public var guestPhysical: GuestPhysical
  /// The address whose translation came to it.
  public var guestLinear: GuestVirtual
  private let context: WalkFailure.Context

  // Part of its caller: a failure is more words than are worth a copy.
  @inline(__always)
  init(_ failure: WalkFailure, _ facts: X86ExitFacts) {
    guestPhysical = failure.guestPhysical ?? GuestPhysical(0)
    guestLinear = facts.linear(failure.guestVirtual)
    context = failure.context
    // Bit 12 tells of NMI blocking by IRET, which no register here knows.
    var undefined = Self.nmiUnblocking
    var bits: UInt64 = 0

    switch failure.context {
    case .finalAccess:
      switch failure.asked.kind {
      case .read, .hlvx: bits |= Self.read
      case .write: bits |= Self.write
      case .fetch: bits |= Self.fetch
      }
    case .tableRead:
      // "If accessed and dirty flags for EPT are enabled, processor accesses to guest
      // paging-structure entries are treated as writes with regard to EPT violations […] the
      // processor sets both bit 0 and bit 1".
      bits |= failure.made == .write ? Self.read | Self.write : Self.read
    case .tableUpdate:
      // An accessed or dirty flag is set by a read-modify-write, which "sets bit 1 (data write).
      // Whether it also sets bit 0 (data read) is implementation-specific".
      bits |= Self.write
      undefined |= Self.read
    }

    // Bits 5:3 and, under mode-based execute control, 6 are the AND over all entries, and clear if one
    // is not present. No entry is used for an address that the walk is too short for.
    let path = failure.level == nil ? 0 : failure.accumulated
    bits |= (path & 7) << 3
    if facts.hasModeBasedExecute {
      bits |= (path >> 10 & 1) << 6
    } else {
      undefined |= Self.userExecutable
    }

    // The guest-linear address is valid but for loads of the PDPTEs by MOV to CR, and trace output.
    bits |= Self.linearValid
    if failure.context == .finalAccess { bits |= Self.finalAccess }
    if failure.context == .finalAccess, facts.hasAdvancedInformation {
      bits |= Self.pageRights(failure, facts)
    } else {
      undefined |= Self.advanced
    }

    exitQualification = bits
    definedQualification = ~undefined
  }

  /// Bits 11:9: what the guest's own tables say of the linear address.
  ///
  /// Without paging every linear address is a user-mode one that can be written and executed.
  @inline(__always)
  private static func pageRights(_ failure: WalkFailure, _ facts: X86ExitFacts) -> UInt64 {
    guard facts.hasPaging else { return userPage | writablePage }
    let path = failure.guestAccumulated
    var bits: UInt64 = 0
    if X86Entry.user.isSet(in: path) { bits |= userPage }
    if X86Entry.write.isSet(in: path) { bits |= writablePage }
    if !X86Format.executable.isSet(in: path) { bits |= noExecutePage }
    return bits
  }

  private static let read: UInt64 = 1 << 0
  private static let write: UInt64 = 1 << 1
  private static let fetch: UInt64 = 1 << 2
  private static let userExecutable: UInt64 = 1 << 6
  private static let linearValid: UInt64 = 1 << 7
  private static let finalAccess: UInt64 = 1 << 8
  private static let userPage: UInt64 = 1 << 9
  private static let writablePage: UInt64 = 1 << 10
  private static let noExecutePage: UInt64 = 1 << 11
  private static let advanced = userPage | writablePage | noExecutePage
  private static let nmiUnblocking: UInt64 = 1 << 12

  var fields: [ReportField] {
    [
      ReportField("exit_reason", exitReason, isNumber: true),
      ReportField("exit_qualification", exitQualification, defined: definedQualification),
      ReportField("guest_physical_address", guestPhysical.value),
      ReportField("guest_linear_address", guestLinear.value),
    ]
  }

  /// The exit in words.
  public var words: String {
    let what =
      switch context {
      case .tableRead: "read of a guest table"
      case .tableUpdate: "accessed or dirty flag to set in a guest table"
      case .finalAccess:
        if exitQualification & Self.write != 0 {
          "write"
        } else if exitQualification & Self.fetch != 0 {
          "fetch"
        } else {
          "read"
        }
      }
    let counted =
      context == .tableRead && exitQualification & Self.write != 0 ? " (counted as a write)" : ""
    var rights: [String] = []
    if exitQualification & 1 << 3 != 0 { rights.append("reads") }
    if exitQualification & 1 << 4 != 0 { rights.append("writes") }
    let modeBased = definedQualification & Self.userExecutable != 0
    if exitQualification & 1 << 5 != 0 {
      rights.append(modeBased ? "supervisor fetches" : "fetches")
    }
    if modeBased, exitQualification & Self.userExecutable != 0 { rights.append("user fetches") }
    let allowed = rights.isEmpty ? "nothing" : rights.joined(separator: ", ")
    let qualification = String(exitQualification & definedQualification, radix: 16)
    return "EPT violation (exit reason 48, qualification 0x\(qualification)): \(what)\(counted) at"
      + " guest-physical \(guestPhysical) for linear \(guestLinear); the EPT entries allow \(allowed)"
  }
}
