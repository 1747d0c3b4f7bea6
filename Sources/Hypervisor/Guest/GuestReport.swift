import Paging

/// A fault of a guest's own as its kernel reads it off the exception.
struct GuestReport {
  /// Why the guest's tables refused the access.
  enum Cause {
    /// Nothing is mapped, or the architecture does not tell.
    case missingOrUnknown
    /// What is mapped doesn't allow it.
    case permission
    /// The accessed or dirty flag is for software to set.
    case accessFlag
  }

  var address: GuestVirtual
  var isWrite: Bool
  var cause: Cause

  /// What an exception says; nothing where it is no page fault.
  init?(_ report: FaultReport) {
    switch report {
    case .x86Exception(let exception):
      // SDM 4.7: P is bit 0 of the error code, W/R bit 1.
      guard let linear = exception.cr2 else { return nil }
      address = GuestVirtual(linear)
      isWrite = exception.errorCode & 2 != 0
      cause = exception.errorCode & 1 != 0 ? .permission : .missingOrUnknown
    case .armAbort(let abort):
      // ESR_EL1: DFSC is bits 5:0, WnR 6; instruction aborts have the classes 0x20 and 0x21.
      guard abort.targetEL == 1 else { return nil }
      address = GuestVirtual(abort.far)
      isWrite = abort.esr >> 26 & 0x3e == 0x24 && abort.esr & 1 << 6 != 0
      switch abort.esr >> 2 & 0xf {
      case 1: cause = .missingOrUnknown
      case 2: cause = .accessFlag
      case 3: cause = .permission
      default: return nil
      }
    case .riscvTrap(let trap):
      // scause tells the access and nothing of the entry, stval the address.
      guard (12...15).contains(trap.scause) else { return nil }
      address = GuestVirtual(trap.stval)
      isWrite = trap.scause == 15
      cause = .missingOrUnknown
    case .eptViolation, .eptMisconfiguration, .nestedPageFault, .absentMemory,
      .armAddressTranslation:
      return nil
    }
  }
}
