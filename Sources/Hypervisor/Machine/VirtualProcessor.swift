import Costs
import HostMemory
import Paging

/// A virtual processor: its registers, and its TLBs if the machine's core has any.
struct VirtualProcessor: ~Copyable {
  /// The processor of the machine's architecture: a row of one, and of none for the others.
  ///
  /// An enumeration would be the plain way to say so, but looking into one copies the processor, and
  /// that at each access.
  struct Core: ~Copyable {
    let isa: ISA
    var x86: Row<X86Processor>
    var arm: Row<ArmProcessor>
    var riscv: Row<RISCVProcessor>

    init(
      _ isa: ISA, x86 first: X86Registers = X86Registers(),
      arm second: ArmRegisters = ArmRegisters(),
      riscv third: RISCVRegisters = RISCVRegisters()
    ) throws(RegisterError) {
      let x86 = try Row(count: isa == .x86 ? 1 : 0) { _ throws(RegisterError) in
        try X86Processor(first)
      }
      let arm = try Row(count: isa == .arm ? 1 : 0) { _ throws(RegisterError) in
        try ArmProcessor(second)
      }
      let riscv = try Row(count: isa == .riscv ? 1 : 0) { _ throws(RegisterError) in
        try RISCVProcessor(third)
      }
      self.isa = isa
      self.x86 = x86
      self.arm = arm
      self.riscv = riscv
    }
  }

  var core: Core
  /// The TLBs and walk caches: a row of one, or of none.
  var caches: Row<TranslationCaches>
  /// What the architecture told when an access was stopped last.
  private(set) var report: FaultReport?
  /// Whether the processor runs its guest now, so that it must be interrupted to flush.
  var isRunning = true

  init(_ core: consuming Core, _ model: CoreModel?) {
    self.core = core
    caches = Self.caches(model)
  }

  private static func caches(_ model: CoreModel?) -> Row<TranslationCaches> {
    guard let model else { return Row(count: 0) { _ in preconditionFailure("there are none") } }
    return Row(count: 1) { _ in TranslationCaches(model) }
  }

  /// Tries one access as the hardware does; what the architecture tells if it is stopped is left in
  /// ``report``.
  @inline(__always)
  mutating func attempt(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) -> AccessAttempt {
    if caches.count > 0 { return attemptThroughCaches(address, access, in: &memory) }
    switch core.isa {
    case .x86: return core.x86[0].attempt(address, access, in: &memory, report: &report)
    case .arm: return core.arm[0].attempt(address, access, in: &memory, report: &report)
    case .riscv: return core.riscv[0].attempt(address, access, in: &memory, report: &report)
    }
  }

  /// What the report says of the access that was stopped last, and whom it is for.
  @inline(__always)
  func stopped(by cause: WalkFailure.Cause) -> ReportedFault {
    guard let report else { return .broken }
    switch ReportedFault(report) {
    case .guest: return .guest
    case .broken: return .broken
    case .host(var fault):
      // A ledger is right where RISC-V's report is silent; the resolution doesn't look at it.
      if fault.cause == nil { fault.ledgerCause = FaultCause(cause) }
      return .host(fault)
    }
  }

  @inline(never)
  private mutating func attemptThroughCaches(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) -> AccessAttempt {
    let before = caches[0].reads
    do {
      return AccessAttempt(try translateThroughCaches(address, access, in: &memory))
    } catch {
      report = report(error)
      return AccessAttempt(stoppedBy: error, reads: caches[0].reads - before)
    }
  }

  private mutating func translateThroughCaches(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) throws(WalkFailure) -> CachedTranslation {
    try Self.translate(core, address, access, in: &memory, through: &caches[0])
  }

  private static func translate(
    _ core: borrowing Core, _ address: GuestVirtual, _ access: Access,
    in memory: inout PhysicalMemory, through caches: inout TranslationCaches
  ) throws(WalkFailure) -> CachedTranslation {
    switch core.isa {
    case .x86: try core.x86[0].translate(address, access, in: &memory, through: &caches)
    case .arm: try core.arm[0].translate(address, access, in: &memory, through: &caches)
    case .riscv: try core.riscv[0].translate(address, access, in: &memory, through: &caches)
    }
  }

  /// What an address translation instruction of the hypervisor finds: where the guest's own tables
  /// lead to.
  ///
  /// The second stage is not asked about the access itself.
  func rewalk(_ address: GuestVirtual, in memory: inout PhysicalMemory) -> GuestPhysical? {
    let access = Access(.read, .supervisor, isAddressTranslation: core.isa == .arm)
    do {
      switch core.isa {
      case .x86: return try core.x86[0].translate(address, access, in: &memory).guestPhysical
      case .arm: return try core.arm[0].translate(address, access, in: &memory).guestPhysical
      case .riscv: return try core.riscv[0].translate(address, access, in: &memory).guestPhysical
      }
    } catch {
      return error.context == .finalAccess ? error.guestPhysical : nil
    }
  }

  /// What the architecture tells of a failure.
  private func report(_ failure: WalkFailure) -> FaultReport {
    switch core.isa {
    case .x86: core.x86[0].report(failure)
    case .arm: core.arm[0].report(failure)
    case .riscv: core.riscv[0].report(failure)
    }
  }

  /// What a maintenance instruction makes the caches forget.
  func flush(_ instruction: MaintenanceInstruction) -> CacheFlush? {
    switch core.isa {
    case .x86: core.x86[0].flush(instruction)
    case .arm: core.arm[0].flush(instruction)
    case .riscv: core.riscv[0].flush(instruction)
    }
  }

  /// Whose tables the processor walks, as instructions name it.
  var maintenanceContext: MaintenanceContext {
    switch core.isa {
    case .x86: core.x86[0].maintenanceContext
    case .arm: core.arm[0].maintenanceContext
    case .riscv: core.riscv[0].maintenanceContext
    }
  }

  /// Forgets what an instruction says, if there are caches.
  mutating func apply(_ flush: CacheFlush) {
    if caches.count > 0 { caches[0].apply(flush) }
  }
}
