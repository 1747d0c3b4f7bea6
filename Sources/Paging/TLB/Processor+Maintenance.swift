// Micro-architecture: this file can be skipped at first reading.

extension X86Processor {
  /// What a maintenance instruction, executed with these registers, makes the caches forget; nothing
  /// where it is none of x86's or only waits.
  public func flush(_ instruction: MaintenanceInstruction) -> CacheFlush? {
    switch instruction.name {
    case .invlpg: instruction.address.map { flush(.invlpg(GuestVirtual($0))) }
    case .invpcidAll: flush(.invpcidAll)
    case .inveptSingleContext: registers.eptp.map { flush(.inveptSingle(eptp: $0)) }
    case .tlbControl: flush(.tlbControlGuest)
    default: nil
    }
  }
}

extension ArmProcessor {
  /// What a maintenance instruction, executed with these registers and for their ASID, makes the caches
  /// forget; nothing where it is none of Arm's or only waits.
  public func flush(_ instruction: MaintenanceInstruction) -> CacheFlush? {
    let asid = tags.space
    let address = instruction.address ?? 0
    let operation: ArmInvalidation.Operation? =
      switch instruction.name {
      case .tlbiVAE1IS: .vae1(asid: asid, GuestVirtual(address))
      case .tlbiVALE1IS: .vale1(asid: asid, GuestVirtual(address))
      case .tlbiVMALLE1IS: .vmalle1
      case .tlbiIPAS2E1IS: .ipas2e1(GuestPhysical(address))
      case .tlbiIPAS2LE1IS: .ipas2le1(GuestPhysical(address))
      case .tlbiVMALLS12E1IS: .vmalls12e1
      default: nil
      }
    return operation.map { flush(ArmInvalidation($0)) }
  }
}

extension RISCVProcessor {
  /// What a maintenance instruction, executed with these registers, makes the caches forget; nothing
  /// where it is none of RISC-V's.
  ///
  /// Its fences are taken for all ASIDs and for the VMID of hgatp.
  public func flush(_ instruction: MaintenanceInstruction) -> CacheFlush? {
    switch instruction.name {
    case .sfenceVMA: instruction.address.map { flush(.sfenceVMA(GuestVirtual($0))) }
    case .sfenceVMAAll: flush(.sfenceVMA())
    case .hfenceGVMA:
      instruction.address.map { flush(.hfenceGVMA(GuestPhysical($0), vmid: tags.vm)) }
    case .hfenceGVMAAll: flush(.hfenceGVMA(vmid: tags.vm))
    default: nil
    }
  }
}
