import Testing

@testable import Paging

@Suite("What each instruction makes the caches forget")
struct InvalidationTests {
  /// Caches of every kind; walk caches hold where the guest's tables lie in the machine's memory.
  private static let full = CoreModel.forTests[1]
  /// Walk caches hold the guest-physical addresses of tables.
  private static let untranslated: CoreModel = {
    var core = full
    core.guestTablesAreTranslated = false
    core.nested?.shape = CacheShape(64)
    return core
  }()
  private static let split = CoreModel.forTests[3]

  private let page = GuestVirtual(0x4000_0000)
  private let globalPage = GuestVirtual(0x8000_0000)
  private let target = GuestPhysical(0x1800_0000)
  private let all = Set(Stale.allCases)
  /// All but what an edit of the hypervisor's below the guest's tables leaves.
  private let guestsOwn = Set(Stale.allCases).subtracting([.hostTable])

  /// Holds what is fresh after some flushes against what must be; all else must be seen to be stale.
  private func check<P: Processor & ~Copyable>(
    _ name: String, _ guest: GuestFormat, _ host: HostFormat, fresh: Set<Stale>,
    on core: CoreModel = full, _ make: (GuestRoot, HostRoot, UInt64) throws -> P,
    _ flushes: (borrowing StaleWorld<P>) -> [CacheFlush]
  ) throws {
    for stale in Stale.allCases {
      var world = try StaleWorld<P>(guest, host, core, make)
      try world.edit(stale)
      for flush in flushes(world) { world.apply(flush) }
      let isStale = try world.isStale(stale)
      #expect(isStale == !fresh.contains(stale), "\(name): \(stale)")
    }
  }

  private func makeX86(_ root: GuestRoot, _ host: HostRoot, _ pcid: UInt64) throws -> X86Processor {
    var registers = try X86Registers(guest: root, host: host)
    registers.cr3 |= pcid
    // PCIDE and PGE.
    registers.cr4 |= 1 << 17 | 1 << 7
    registers.vpid = 5
    registers.guestASID = 5
    return try X86Processor(registers)
  }

  private func makeArm(_ root: GuestRoot, _ host: HostRoot, _ asid: UInt64) throws -> ArmProcessor {
    var registers = try ArmRegisters(guest: root, host: host)
    registers.ttbr0EL1 |= asid << 48
    registers.vttbrEL2 |= 5 << 48
    return try ArmProcessor(registers)
  }

  private func makeRISCV(
    _ root: GuestRoot, _ host: HostRoot, _ asid: UInt64
  ) throws -> RISCVProcessor {
    var registers = try RISCVRegisters(guest: root, host: host)
    registers.vsatp |= asid << 44
    registers.hgatp |= 5 << 44
    return try RISCVProcessor(registers)
  }

  @Test("Without any instruction every edit goes unseen")
  func omitted() throws {
    try check("nothing", .x86Level4, .ept4, fresh: [], makeX86) { _ in [] }
    try check("nothing", .x86Level4, .npt4, fresh: [], makeX86) { _ in [] }
    try check("nothing", .arm4K, .arm4K, fresh: [], makeArm) { _ in [] }
    try check("nothing", .sv48, .sv48x4, fresh: [], makeRISCV) { _ in [] }
    try check("nothing", .sv48, .sv48x4, fresh: [], on: Self.untranslated, makeRISCV) { _ in [] }
    try check("nothing", .arm4K, .arm4K, fresh: [], on: Self.split, makeArm) { _ in [] }
  }

  @Test("Intel: linear addresses by PCID and VPID, and all of an EPTP at once")
  func intel() throws {
    func check(_ name: String, _ instruction: X86Maintenance, fresh: Set<Stale>) throws {
      try self.check(name, .x86Level4, .ept4, fresh: fresh, makeX86) {
        [$0.one.flush(instruction)]
      }
    }
    // INVLPG drops the walk caches of its PCID whatever the address, and nothing of EPT's own.
    try check("INVLPG", .invlpg(page), fresh: [.page, .table, .hostPage])
    try check("INVLPG of a global page", .invlpg(globalPage), fresh: [.table, .global])
    try check("INVPCID 0", .invpcidAddress(pcid: 2, page), fresh: [.other])
    try check("INVPCID 0, global", .invpcidAddress(pcid: 1, globalPage), fresh: [.table])
    try check("INVPCID 1", .invpcidSingle(pcid: 1), fresh: [.page, .table, .hostPage])
    try check("INVPCID 2", .invpcidAll, fresh: guestsOwn)
    try check("INVPCID 3", .invpcidAllNonGlobal, fresh: guestsOwn.subtracting([.global]))
    try check(
      "MOV CR3", .movToCR3(pcid: 1, keepsEntries: false), fresh: [.page, .table, .hostPage])
    try check("MOV CR3, bit 63", .movToCR3(pcid: 1, keepsEntries: true), fresh: [])
    try check("MOV CR4, PGE", .movToCR4ChangingPGE, fresh: guestsOwn)
    try check("MOV CR4, SMEP", .movToCR4SettingSMEP, fresh: guestsOwn.subtracting([.other]))
    try check(
      "INVVPID 0", .invvpidAddress(vpid: 5, page), fresh: guestsOwn.subtracting([.global]))
    try check("INVVPID 1", .invvpidSingle(vpid: 5), fresh: guestsOwn)
    try check("INVVPID 1 of another", .invvpidSingle(vpid: 6), fresh: [])
    try check("INVVPID 2", .invvpidAll, fresh: guestsOwn)
    try check(
      "INVVPID 3", .invvpidSingleNonGlobal(vpid: 5), fresh: guestsOwn.subtracting([.global]))
    try check("INVEPT 1 of another", .inveptSingle(eptp: 0x7f_f006), fresh: [])
    try check("INVEPT 2", .inveptAll, fresh: all)
    try self.check("INVEPT 1", .x86Level4, .ept4, fresh: all, makeX86) {
      [$0.one.flush(.inveptSingle(eptp: $0.one.registers.eptp ?? 0))]
    }
  }

  @Test("AMD: everything by ASID, and no form for a guest-physical address")
  func amd() throws {
    func check(_ name: String, _ instruction: X86Maintenance, fresh: Set<Stale>) throws {
      try self.check(name, .x86Level4, .npt4, fresh: fresh, makeX86) {
        [$0.one.flush(instruction)]
      }
    }
    try check("INVLPG", .invlpg(page), fresh: [.page, .table, .hostPage])
    try check("INVLPGA", .invlpga(asid: 5, page), fresh: guestsOwn.subtracting([.global]))
    try check("INVLPGA of another", .invlpga(asid: 6, page), fresh: [])
    try check("TLB_CONTROL 1", .tlbControlAll, fresh: all)
    try check("TLB_CONTROL 3", .tlbControlGuest, fresh: all)
    try check("TLB_CONTROL 7", .tlbControlGuestNonGlobal, fresh: all.subtracting([.global]))
  }

  @Test("Arm: by address, ASID and VMID, and stage 2 in two steps")
  func arm() throws {
    func check(
      _ name: String, _ operations: [ArmMaintenance.Operation], fresh: Set<Stale>
    ) throws {
      try self.check(name, .arm4K, .arm4K, fresh: fresh, makeArm) { world in
        operations.map { world.one.flush(ArmMaintenance($0)) }
      }
    }
    try check("VAE1", [.vae1(asid: 1, page)], fresh: [.page, .table, .hostPage])
    try check("VAE1 of a global page", [.vae1(asid: 9, globalPage)], fresh: [.global])
    try check("VALE1", [.vale1(asid: 1, page)], fresh: [.page, .hostPage])
    try check("VAAE1", [.vaae1(page)], fresh: [.page, .other, .table, .hostPage])
    try check("VAALE1", [.vaale1(page)], fresh: [.page, .other, .hostPage])
    try check("ASIDE1", [.aside1(asid: 1)], fresh: [.page, .table, .hostPage])
    try check("VMALLE1", [.vmalle1], fresh: guestsOwn)
    try check("VMALLS12E1", [.vmalls12e1], fresh: all)
    try check("ALLE1", [.alle1], fresh: all)
    // What combines both stages stays until stage 1 is told too.
    try check("IPAS2E1", [.ipas2e1(target)], fresh: [])
    try check("IPAS2E1 and VMALLE1", [.ipas2e1(target), .vmalle1], fresh: guestsOwn)
    try self.check("IPAS2E1 of the table", .arm4K, .arm4K, fresh: [], makeArm) {
      [$0.one.flush(ArmMaintenance(.ipas2e1($0.table)))]
    }
    try self.check("IPAS2E1 of the table and VMALLE1", .arm4K, .arm4K, fresh: all, makeArm) {
      [
        $0.one.flush(ArmMaintenance(.ipas2e1($0.table))),
        $0.one.flush(ArmMaintenance(.vmalle1)),
      ]
    }
    // Where walk caches hold intermediate physical addresses, they combine nothing.
    try self.check(
      "IPAS2E1 of the table alone", .arm4K, .arm4K, fresh: [.hostTable], on: Self.untranslated,
      makeArm
    ) { [$0.one.flush(ArmMaintenance(.ipas2e1($0.table)))] }
  }

  @Test("RISC-V: fences with and without operands")
  func riscv() throws {
    func check(_ name: String, _ instruction: RISCVMaintenance, fresh: Set<Stale>) throws {
      try self.check(name, .sv48, .sv48x4, fresh: fresh, makeRISCV) { [$0.one.flush(instruction)] }
    }
    try check("SFENCE.VMA", .sfenceVMA(), fresh: guestsOwn)
    // With an address it orders the reads of leaf entries alone.
    try check("SFENCE.VMA rs1", .sfenceVMA(page), fresh: [.page, .other, .hostPage])
    try check("SFENCE.VMA rs2", .sfenceVMA(asid: 1), fresh: [.page, .table, .hostPage])
    try check("SFENCE.VMA rs1, rs2", .sfenceVMA(page, asid: 1), fresh: [.page, .hostPage])
    try check("SFENCE.VMA of a global page", .sfenceVMA(globalPage), fresh: [.global])
    try check("SFENCE.VMA of it, rs2", .sfenceVMA(globalPage, asid: 1), fresh: [])
    try check("HFENCE.VVMA", .hfenceVVMA(), fresh: guestsOwn)
    try check("HFENCE.GVMA", .hfenceGVMA(), fresh: all)
    try check("HFENCE.GVMA rs2", .hfenceGVMA(vmid: 5), fresh: all)
    try check("HFENCE.GVMA of another", .hfenceGVMA(vmid: 6), fresh: [])
    // An entry does not know its guest-physical address: all of the VMID go.
    try check("HFENCE.GVMA rs1", .hfenceGVMA(target), fresh: guestsOwn)
    try self.check("HFENCE.GVMA of the table", .sv48, .sv48x4, fresh: all, makeRISCV) {
      [$0.one.flush(.hfenceGVMA($0.table, vmid: 5))]
    }
  }

  @Test("Where each stage has TLBs of its own, stage 2 alone is told of its edits")
  func separateStages() throws {
    let target = target
    try check("IPAS2E1", .arm4K, .arm4K, fresh: [.hostPage], on: Self.split, makeArm) {
      [$0.one.flush(ArmMaintenance(.ipas2e1(target)))]
    }
    try check(
      "VMALLE1", .arm4K, .arm4K, fresh: [.page, .other, .global, .table], on: Self.split, makeArm
    ) {
      [$0.one.flush(ArmMaintenance(.vmalle1))]
    }
  }
}
