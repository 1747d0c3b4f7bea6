import Costs
import Paging

/// A fault of the second stage as the hypervisor reads it off the report, and nothing beyond.
struct StageTwoFault {
  /// Why the hardware stopped; nothing where the architecture doesn't tell.
  var cause: FaultCause?
  /// What was being accessed.
  var context: FaultContext
  /// What the access wanted to do with the page.
  var access: Access.Kind
  /// The guest-physical address; nothing where the architecture doesn't tell.
  var guestPhysical: GuestPhysical?
  /// The guest-virtual address, for those who must walk again.
  var guestVirtual: GuestVirtual
  /// What the report tells of the instruction.
  var instruction: InstructionKnowledge
  /// The cause that a spurious fault counts under where the report tells none.
  var ledgerCause: FaultCause?
}

/// Who a report is for.
enum ReportedFault {
  /// The guest's own handler.
  case guest
  /// The hypervisor.
  case host(StageTwoFault)
  /// Nobody can do anything: a table lies where there is no memory.
  case broken
}

extension ReportedFault {
  /// What a report says, by the rules of each architecture.
  @inline(__always)
  init(_ report: FaultReport) {
    switch report {
    case .eptViolation(let exit): self = .host(StageTwoFault(exit))
    case .eptMisconfiguration(let exit):
      self = .host(
        StageTwoFault(
          cause: .misconfiguration, context: .finalAccess, access: .read,
          guestPhysical: exit.guestPhysical, guestVirtual: GuestVirtual(0), instruction: .walked))
    case .nestedPageFault(let exit): self = .host(StageTwoFault(exit))
    case .armAbort(let abort): self = Self.read(abort)
    case .riscvTrap(let trap): self = Self.read(trap)
    case .x86Exception: self = .guest
    case .armAddressTranslation, .absentMemory: self = .broken
    }
  }

  /// Arm ARM, ESR_EL2: DFSC is bits 5:0, WnR 6, S1PTW 7; HPFAR_EL2 holds the page's address where the
  /// abort defines it.
  @inline(__always)
  private static func read(_ abort: ArmAbort) -> ReportedFault {
    guard abort.targetEL == 2 else { return .guest }
    let isTable = abort.esr & 1 << 7 != 0
    let isFetch = abort.esr >> 26 & 0x3e == 0x20
    let cause: FaultCause
    switch abort.esr >> 2 & 0xf {
    case 1: cause = .missing
    case 2: cause = .accessFlag
    case 3: cause = .permission
    default: return .broken
    }
    let access: Access.Kind
    if isTable {
      // What a walk may lack is the right to write: it reads, or it sets a flag.
      access = cause == .permission ? .write : .read
    } else {
      access = isFetch ? .fetch : abort.esr & 1 << 6 != 0 ? .write : .read
    }
    let page = abort.hpfar.map { GuestPhysical(($0 >> 4) << 12) }
    let address = isTable ? page : page.map { $0 + (abort.far & 0xfff) }
    return .host(
      StageTwoFault(
        cause: cause,
        context: !isTable ? .finalAccess : access == .write ? .tableUpdate : .tableRead,
        access: access, guestPhysical: address, guestVirtual: GuestVirtual(abort.far),
        instruction: abort.instructionKnowledge))
  }

  /// RISC-V: htval holds the address shifted right by 2, htinst a pseudoinstruction for an implicit
  /// access.
  ///
  /// Nothing tells a page that is missing from one that doesn't allow the access.
  @inline(__always)
  private static func read(_ trap: RISCVTrap) -> ReportedFault {
    let context: FaultContext
    switch trap.htinst {
    case 0x3000: context = .tableRead
    case 0x3020: context = .tableUpdate
    default: context = .finalAccess
    }
    let access: Access.Kind
    switch (trap.scause, context) {
    case (20...23, .tableRead): access = .read
    case (20...23, .tableUpdate): access = .write
    case (20, _): access = .fetch
    case (21, _): access = .read
    case (23, _): access = .write
    case (12...15, _): return .guest
    default: return .broken
    }
    let low = context == .finalAccess ? trap.stval & 3 : 0
    return .host(
      StageTwoFault(
        cause: nil, context: context, access: access,
        guestPhysical: GuestPhysical(trap.htval << 2 | low), guestVirtual: GuestVirtual(trap.stval),
        instruction: trap.instructionKnowledge))
  }
}

extension StageTwoFault {
  /// SDM table 28-7: bits 2:0 are the access, 5:3 what the entries allow, 8 the final access.
  @inline(__always)
  init(_ exit: EPTViolation) {
    let bits = exit.exitQualification
    let isPresent = bits & 0b111_000 != 0
    access = bits & 2 != 0 ? .write : bits & 4 != 0 ? .fetch : .read
    cause = isPresent ? .permission : .missing
    if bits & 1 << 8 != 0 {
      context = .finalAccess
    } else {
      // With accessed and dirty flags a read of a table counts as both; setting a flag writes alone.
      context = bits & 3 == 2 ? .tableUpdate : .tableRead
    }
    guestPhysical = exit.guestPhysical
    guestVirtual = exit.guestLinear
    instruction = .walked
    ledgerCause = nil
  }

  /// APM volume 2, 15.25.6: the error code of a page fault, and bit 33 for the guest's tables.
  @inline(__always)
  init(_ exit: NestedPageFault) {
    let bits = exit.exitInfo1
    context = bits & 1 << 33 != 0 ? .tableRead : .finalAccess
    access = bits & 2 != 0 ? .write : bits & 1 << 4 != 0 ? .fetch : .read
    cause = bits & 1 == 0 ? .missing : bits & 8 != 0 ? .misconfiguration : .permission
    guestPhysical = GuestPhysical(exit.exitInfo2)
    guestVirtual = GuestVirtual(0)
    instruction = .walked
    ledgerCause = nil
  }
}
