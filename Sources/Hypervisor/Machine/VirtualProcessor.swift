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
    let x86: Row<X86Processor>
    let arm: Row<ArmProcessor>
    let riscv: Row<RISCVProcessor>

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

  let core: Core
  /// The TLBs and walk caches: a row of one, or of none.
  var caches: Row<TranslationCaches>
  /// What the architecture told the guest when its own tables stopped an access last.
  private(set) var guestReport: FaultReport?
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

  /// Tries one access as the hardware does, and reads off the report why it stopped, if it did.
  @inline(__always)
  mutating func attempt(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) -> ProcessorAttempt {
    do {
      if caches.count > 0 {
        return ProcessorAttempt(try translateThroughCaches(address, access, in: &memory))
      }
      switch core.isa {
      case .x86:
        return ProcessorAttempt(try core.x86[0].translate(address, access, in: &memory))
      case .arm:
        return ProcessorAttempt(try core.arm[0].translate(address, access, in: &memory))
      case .riscv:
        return ProcessorAttempt(try core.riscv[0].translate(address, access, in: &memory))
      }
    } catch {
      return stopped(by: error)
    }
  }

  /// What the report of a failure says.
  @inline(never)
  private mutating func stopped(by failure: WalkFailure) -> ProcessorAttempt {
    let report = report(failure)
    var attempt = ProcessorAttempt(.broken)
    attempt.updates = UInt64(truncatingIfNeeded: failure.updates)
    switch ReportedFault(report) {
    case .guest:
      guestReport = report
      attempt.end = .guest
      return attempt
    case .broken: return attempt
    case .host(let fault):
      attempt.end = .host
      attempt.fault = fault
      // A ledger is right where RISC-V's report is silent; the resolution doesn't look at it.
      if fault.cause == nil { attempt.fault.ledgerCause = FaultCause(failure.cause) }
      return attempt
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
  @inline(__always)
  func report(_ failure: WalkFailure) -> FaultReport {
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

/// What one try of an access came to.
struct ProcessorAttempt {
  enum End: UInt8 {
    /// The access was made.
    case arrived
    /// The second stage stopped it.
    case host
    /// The guest's own tables stopped it.
    case guest
    /// Nobody can do anything about it.
    case broken
  }

  var end: End
  /// Where the access arrived, and the table reads and updates that it took.
  var address = HostPhysical(0)
  var reads: UInt64 = 0
  var updates: UInt64 = 0
  /// Why the second stage stopped it.
  var fault = StageTwoFault.none

  @inline(__always)
  init(_ end: End) { self.end = end }

  @inline(__always)
  init(_ found: Translation) {
    end = .arrived
    address = found.hostPhysical
    reads = UInt64(truncatingIfNeeded: found.reads)
    updates = UInt64(truncatingIfNeeded: found.updates)
  }

  @inline(__always)
  init(_ found: CachedTranslation) {
    end = .arrived
    address = found.hostPhysical
    reads = UInt64(found.reads)
    updates = UInt64(found.updates)
  }
}
