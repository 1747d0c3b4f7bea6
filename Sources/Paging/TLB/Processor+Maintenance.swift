// Micro-architecture: this file can be skipped at first reading.

extension X86Processor {
  /// What a maintenance instruction, executed with these registers, makes the caches forget; nothing
  /// where it is none of x86's.
  public func flush(_ instruction: MaintenanceInstruction) -> CacheFlush? {
    guard case .x86(let own) = instruction else { return nil }
    return flush(own)
  }

  /// Whose tables the registers lead to.
  public var maintenanceContext: MaintenanceContext {
    MaintenanceContext(space: tags.space, vm: tags.vm, eptp: registers.eptp ?? 0)
  }
}

extension ArmProcessor {
  /// What a maintenance instruction, executed with these registers, makes the caches forget; nothing
  /// where it is none of Arm's or only waits.
  public func flush(_ instruction: MaintenanceInstruction) -> CacheFlush? {
    guard case .arm(let own) = instruction else { return nil }
    return flush(own)
  }

  /// Whose tables the registers lead to.
  public var maintenanceContext: MaintenanceContext {
    MaintenanceContext(space: tags.space, vm: tags.vm)
  }
}

extension RISCVProcessor {
  /// What a maintenance instruction, executed with these registers, makes the caches forget; nothing
  /// where it is none of RISC-V's.
  public func flush(_ instruction: MaintenanceInstruction) -> CacheFlush? {
    guard case .riscv(let own) = instruction else { return nil }
    return flush(own)
  }

  /// Whose tables the registers lead to.
  public var maintenanceContext: MaintenanceContext {
    MaintenanceContext(space: tags.space, vm: tags.vm)
  }
}

extension TranslationCaches {
  /// Forgets what a live edit of the tables that a processor walks has made stale, by the instructions
  /// that the edit needs, and says how many entries that were.
  ///
  /// Lazy invalidations are left out unless they are asked for.
  @discardableResult
  public mutating func apply<P: Processor & ~Copyable>(
    _ edit: LiveEdit, of processor: borrowing P, atMost: UInt64 = 64, withLazy: Bool = false
  ) -> Int {
    var dropped = 0
    for instruction in edit.instructions(
      for: processor.maintenanceContext, atMost: atMost, withLazy: withLazy)
    {
      if let flush = processor.flush(instruction) { dropped += apply(flush) }
    }
    return dropped
  }
}

extension CacheGroup {
  /// Forgets what a live edit of the tables that a processor walks has made stale: by one virtual
  /// processor's instructions where those reach all others, and else by each one's own.
  @discardableResult
  public mutating func apply<P: Processor & ~Copyable>(
    _ edit: LiveEdit, of processor: borrowing P, from sender: Int, atMost: UInt64 = 64,
    withLazy: Bool = false
  ) -> Int {
    var dropped = 0
    for instruction in edit.instructions(
      for: processor.maintenanceContext, atMost: atMost, withLazy: withLazy)
    {
      guard let flush = processor.flush(instruction) else { continue }
      dropped += instruction.reachesAll ? apply(flush, from: sender) : applyToAll(flush)
    }
    return dropped
  }
}
