public import Paging

/// A virtual processor: its registers, and its TLBs if the machine's core has any.
public struct VirtualProcessor: ~Copyable {
  /// The processor of the machine's architecture.
  enum Core: ~Copyable {
    case x86(X86Processor)
    case arm(ArmProcessor)
    case riscv(RISCVProcessor)
  }

  let core: Core
  /// The TLBs and walk caches.
  public internal(set) var caches: TranslationCaches?
  /// Whether the processor runs its guest now, so that it must be interrupted to flush.
  var isRunning = true

  init(_ core: consuming Core, _ model: CoreModel?) {
    self.core = core
    caches = model.map { TranslationCaches($0) }
  }

  /// Translates one access as the hardware does.
  @inline(__always)
  mutating func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) throws(WalkFailure) -> Arrival {
    if caches != nil { return try translateThroughCaches(address, access, in: &memory) }
    let found: Translation
    switch core {
    case .x86(let processor): found = try processor.translate(address, access, in: &memory)
    case .arm(let processor): found = try processor.translate(address, access, in: &memory)
    case .riscv(let processor): found = try processor.translate(address, access, in: &memory)
    }
    return Arrival(found.hostPhysical, reads: found.reads, updates: found.updates)
  }

  private mutating func translateThroughCaches(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) throws(WalkFailure) -> Arrival {
    guard var caches = caches.take() else { preconditionFailure("the caches are there") }
    let found: CachedTranslation
    do {
      found = try Self.translate(core, address, access, in: &memory, through: &caches)
    } catch {
      self.caches = consume caches
      throw error
    }
    self.caches = consume caches
    return Arrival(
      found.hostPhysical, reads: Int(found.reads), updates: Int(found.updates))
  }

  private static func translate(
    _ core: borrowing Core, _ address: GuestVirtual, _ access: Access,
    in memory: inout PhysicalMemory, through caches: inout TranslationCaches
  ) throws(WalkFailure) -> CachedTranslation {
    switch core {
    case .x86(let processor):
      try processor.translate(address, access, in: &memory, through: &caches)
    case .arm(let processor):
      try processor.translate(address, access, in: &memory, through: &caches)
    case .riscv(let processor):
      try processor.translate(address, access, in: &memory, through: &caches)
    }
  }

  /// What an address translation instruction of the hypervisor finds: where the guest's own tables
  /// lead to.
  ///
  /// The second stage is not asked about the access itself.
  func rewalk(_ address: GuestVirtual, in memory: inout PhysicalMemory) -> GuestPhysical? {
    let access = Access(.read, .supervisor, isAddressTranslation: true)
    do {
      switch core {
      case .x86(let processor):
        return try processor.translate(address, .read, in: &memory).guestPhysical
      case .arm(let processor):
        return try processor.translate(address, access, in: &memory).guestPhysical
      case .riscv(let processor):
        return try processor.translate(address, .read, in: &memory).guestPhysical
      }
    } catch {
      return error.context == .finalAccess ? error.guestPhysical : nil
    }
  }

  /// What the architecture tells of a failure.
  @inline(__always)
  func report(_ failure: WalkFailure) -> FaultReport {
    switch core {
    case .x86(let processor): processor.report(failure)
    case .arm(let processor): processor.report(failure)
    case .riscv(let processor): processor.report(failure)
    }
  }

  /// What a maintenance instruction makes the caches forget.
  func flush(_ instruction: MaintenanceInstruction) -> CacheFlush? {
    switch core {
    case .x86(let processor): processor.flush(instruction)
    case .arm(let processor): processor.flush(instruction)
    case .riscv(let processor): processor.flush(instruction)
    }
  }

  /// Whose tables the processor walks, as instructions name it.
  var maintenanceContext: MaintenanceContext {
    switch core {
    case .x86(let processor): processor.maintenanceContext
    case .arm(let processor): processor.maintenanceContext
    case .riscv(let processor): processor.maintenanceContext
    }
  }
}

/// Where an access has arrived and what it took.
struct Arrival {
  var address: HostPhysical
  var reads: Int
  var updates: Int

  @inline(__always)
  init(_ address: HostPhysical, reads: Int, updates: Int) {
    self.address = address
    self.reads = reads
    self.updates = updates
  }
}
