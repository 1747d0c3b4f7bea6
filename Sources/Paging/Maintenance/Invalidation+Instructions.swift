extension Invalidation {
  /// What the architecture has for the scope, without the barriers before it.
  ///
  /// Where there is a form for one address it is used for up to `atMost` pages, and the form for all
  /// addresses beyond.
  public func instructions(
    for context: MaintenanceContext = MaintenanceContext(), atMost: UInt64 = 64
  ) -> [MaintenanceInstruction] {
    let byAddress = pages <= atMost
    let addresses = byAddress ? (0..<pages).map { address &+ $0 &* pageBytes } : []
    let vm = context.vm
    switch stage {
    // SDM 4.10.4.1: INVLPG drops the walk caches' entries too, whatever the address, and all entries of
    // a page however the TLB has broken it up.
    case .x86:
      return byAddress ? addresses.map { .x86(.invlpg(GuestVirtual($0))) } : [.x86(.invpcidAll)]
    // 29.4.3.1: INVEPT is "single-context" or "all-context".
    case .ept: return [.x86(.inveptSingle(eptp: context.eptp))]
    // APM volume 2, 15.16 "TLB Control".
    case .npt: return [.x86(.tlbControlGuest)]
    case .armStage1:
      guard byAddress else { return [.arm(ArmMaintenance(.vmalle1)), .dsbISH, .isb] }
      return addresses.map {
        let address = GuestVirtual($0)
        return .arm(
          ArmMaintenance(
            levels == .all
              ? .vae1(asid: context.space, address) : .vale1(asid: context.space, address)))
      } + [.dsbISH, .isb]
    case .armStage2:
      // D8.16: an instruction for an IPA need not reach entries that combine both stages; those of
      // stage 1, once that of stage 2 is complete, do.
      guard byAddress else { return [.arm(ArmMaintenance(.vmalls12e1)), .dsbISH, .isb] }
      return addresses.map {
        let address = GuestPhysical($0)
        return .arm(ArmMaintenance(levels == .all ? .ipas2e1(address) : .ipas2le1(address)))
      } + [.dsbISH, .arm(ArmMaintenance(.vmalle1)), .dsbISH, .isb]
    // "If rs1≠x0 ... the fence orders only reads and writes made to leaf page table entries
    // corresponding to the virtual address": an entry that points to a table needs x0. With an ASID
    // global pages would not be ordered, and the edit may have been of one.
    case .riscv:
      guard byAddress, levels == .lastLevel else { return [.riscv(.sfenceVMA())] }
      return addresses.map { .riscv(.sfenceVMA(GuestVirtual($0))) }
    case .riscvGuest:
      guard byAddress, levels == .lastLevel else { return [.riscv(.hfenceGVMA(vmid: vm))] }
      return addresses.map { .riscv(.hfenceGVMA(GuestPhysical($0), vmid: vm)) }
    }
  }
}
