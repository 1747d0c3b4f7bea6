extension Invalidation {
  /// What the architecture has for the scope, without the barriers before it.
  ///
  /// Where there is a form for one address it is used for up to `atMost` pages, and the form for all
  /// addresses beyond.
  public func instructions(atMost: UInt64 = 64) -> [MaintenanceInstruction] {
    let byAddress = pages <= atMost
    func each(_ name: MaintenanceInstruction.Name) -> [MaintenanceInstruction] {
      (0..<pages).map { MaintenanceInstruction(name, address &+ $0 &* pageBytes) }
    }
    switch stage {
    // SDM 4.10.4.1: INVLPG drops the walk caches' entries too, whatever the address, and all entries of
    // a page however the TLB has broken it up.
    case .x86: return byAddress ? each(.invlpg) : [MaintenanceInstruction(.invpcidAll)]
    // 29.4.3.1: INVEPT is "single-context" or "all-context".
    case .ept: return [MaintenanceInstruction(.inveptSingleContext)]
    // APM volume 2, 15.16 "TLB Control".
    case .npt: return [MaintenanceInstruction(.tlbControl)]
    case .armStage1:
      let name: MaintenanceInstruction.Name = levels == .all ? .tlbiVAE1IS : .tlbiVALE1IS
      return (byAddress ? each(name) : [MaintenanceInstruction(.tlbiVMALLE1IS)])
        + [MaintenanceInstruction(.dsbISH), MaintenanceInstruction(.isb)]
    case .armStage2:
      // D8.16: an instruction for an IPA need not reach entries that combine both stages; those of
      // stage 1, once that of stage 2 is complete, do.
      let name: MaintenanceInstruction.Name = levels == .all ? .tlbiIPAS2E1IS : .tlbiIPAS2LE1IS
      let end = [MaintenanceInstruction(.dsbISH), MaintenanceInstruction(.isb)]
      guard byAddress else { return [MaintenanceInstruction(.tlbiVMALLS12E1IS)] + end }
      return each(name)
        + [MaintenanceInstruction(.dsbISH), MaintenanceInstruction(.tlbiVMALLE1IS)] + end
    // "If rs1≠x0 ... the fence orders only reads and writes made to leaf page table entries
    // corresponding to the virtual address": an entry that points to a table needs x0.
    case .riscv:
      return byAddress && levels == .lastLevel
        ? each(.sfenceVMA) : [MaintenanceInstruction(.sfenceVMAAll)]
    case .riscvGuest:
      return byAddress && levels == .lastLevel
        ? each(.hfenceGVMA) : [MaintenanceInstruction(.hfenceGVMAAll)]
    }
  }
}
