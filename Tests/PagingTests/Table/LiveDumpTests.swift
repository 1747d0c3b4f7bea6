import Paging
import Testing

@Suite("Live edits as a user of the library meets them")
struct LiveDumpTests {
  /// A second-stage page of 2 MiB is split, protected in part, and made one again: what the tables look
  /// like after each edit, and which instructions it needs.
  private func story(_ format: HostFormat) throws -> String {
    var memory = try PhysicalMemory(bytes: 1 << 20)
    var host = try HostTables(format, at: HostPhysical(0), bytes: 1 << 20, in: &memory)
    let page = GuestPhysical(0x20_0000)
    var told = ""
    func tell(_ title: String, _ edit: LiveEdit?) {
      told += "\(title)\n"
      for line in host.dump(in: memory).split(separator: "\n")
      where line.contains(" 4K") || line.contains(" 2M") {
        told += "  \(line.drop { $0 == " " })\n"
      }
      for instruction in edit?.instructions() ?? [] { told += "  \(instruction)\n" }
    }
    try host.map(page, bytes: 0x20_0000, to: HostPhysical(0x4000_0000), .readWrite, in: &memory)
    tell("mapped", nil)
    tell("split", try host.split(page, to: 0x1000, in: &memory))
    tell(
      "protected",
      try host.protect(
        page + 0x1000, bytes: 0x2000, .read, live: LiveOptions(), in: &memory))
    #expect(throws: TableError.self) { try host.collapse(page, to: 0x20_0000, in: &memory) }
    tell(
      "given back",
      try host.protect(
        page + 0x1000, bytes: 0x2000, [.read, .write], live: LiveOptions(), in: &memory))
    var options = LiveOptions()
    let collapse = try host.collapse(page, to: 0x20_0000, in: &memory)
    #expect(collapse.instructions(atMost: 8).count <= 6)
    told += "collapsed\n"
    for instruction in collapse.instructions() { told += "  \(instruction)\n" }
    options.splitsPages = true
    tell(
      "unmapped from the middle on",
      try host.unmap(page + 0x10_0000, bytes: 0x10_0000, live: options, in: &memory))
    return told
  }

  @Test("Intel has no form for an address")
  func ept() throws {
    #expect(
      try story(.ept4) == """
        mapped
          1: 0x200000 -> 0x40000000 2M R W type=6 A D
        split
          0-511: 0x200000 -> 0x40000000 4K R W type=6 A D
        protected
          0: 0x200000 -> 0x40000000 4K R W type=6 A D
          1-2: 0x201000 -> 0x40001000 4K R type=6 A D
          3-511: 0x203000 -> 0x40003000 4K R W type=6 A D
          INVEPT 1, EPTP 0x0
        given back
          0-511: 0x200000 -> 0x40000000 4K R W type=6 A D
        collapsed
          INVEPT 1, EPTP 0x0
        unmapped from the middle on
          0-255: 0x200000 -> 0x40000000 4K R W type=6 A D
          INVEPT 1, EPTP 0x0

        """)
  }

  @Test("Arm breaks before it makes")
  func arm() throws {
    let written = "MemAttr=15 S2AP=3 SH=3 AF DBM XN=2"
    #expect(
      try story(.arm4K) == """
        mapped
          1: 0x200000 -> 0x40000000 2M \(written)
        split
          0-511: 0x200000 -> 0x40000000 4K \(written)
          DSB ISHST
          TLBI IPAS2LE1IS, 0x200000
          DSB ISH
          TLBI VMALLE1IS
          DSB ISH
          ISB
          DSB ISHST
          ISB
        protected
          0: 0x200000 -> 0x40000000 4K \(written)
          1-2: 0x201000 -> 0x40001000 4K MemAttr=15 S2AP=1 SH=3 AF XN=2
          3-511: 0x203000 -> 0x40003000 4K \(written)
          DSB ISHST
          TLBI IPAS2LE1IS, 0x201000
          TLBI IPAS2LE1IS, 0x202000
          DSB ISH
          TLBI VMALLE1IS
          DSB ISH
          ISB
        given back
          0-511: 0x200000 -> 0x40000000 4K \(written)
          DSB ISHST
          TLBI IPAS2LE1IS, 0x201000
          TLBI IPAS2LE1IS, 0x202000
          DSB ISH
          TLBI VMALLE1IS
          DSB ISH
          ISB
        collapsed
          DSB ISHST
          TLBI VMALLS12E1IS
          DSB ISH
          ISB
          DSB ISHST
          ISB
        unmapped from the middle on
          0-255: 0x200000 -> 0x40000000 4K \(written)
          DSB ISHST
          TLBI IPAS2LE1IS, 0x200000
          DSB ISH
          TLBI VMALLE1IS
          DSB ISH
          ISB
          DSB ISHST
          TLBI VMALLS12E1IS
          DSB ISH
          ISB

        """)
  }

  @Test("RISC-V fences an address for a page and all for a table")
  func riscv() throws {
    #expect(
      try story(.sv39x4) == """
        mapped
          1: 0x200000 -> 0x40000000 2M R W U A D
        split
          0-511: 0x200000 -> 0x40000000 4K R W U A D
          HFENCE.GVMA, x0, VMID 0
        protected
          0: 0x200000 -> 0x40000000 4K R W U A D
          1-2: 0x201000 -> 0x40001000 4K R U A D
          3-511: 0x203000 -> 0x40003000 4K R W U A D
          HFENCE.GVMA, 0x201000, VMID 0
          HFENCE.GVMA, 0x202000, VMID 0
        given back
          0-511: 0x200000 -> 0x40000000 4K R W U A D
        collapsed
          HFENCE.GVMA, x0, VMID 0
        unmapped from the middle on
          0-255: 0x200000 -> 0x40000000 4K R W U A D
          HFENCE.GVMA, x0, VMID 0
          HFENCE.GVMA, x0, VMID 0

        """)
  }

  @Test("The PAT bit moves with the size of the page")
  func pattern() throws {
    var memory = try PhysicalMemory(bytes: 1 << 20)
    var guest = try GuestTables(
      .x86Level4, at: GuestPhysical(0), bytes: 1 << 20, placed: .identity, in: &memory)
    var attributes = GuestAttributes.readWrite
    attributes.memoryType = .index(6)
    let page = GuestVirtual(0x20_0000)
    try guest.map(
      page, bytes: 0x20_0000, to: GuestPhysical(0x60_0000), attributes, in: &memory)
    let large = guest.page(at: page, in: memory)?.entry ?? 0
    #expect(large & 0x1080 == 0x1080)
    try guest.split(page + 0x5000, to: 0x1000, in: &memory)
    let small = guest.page(at: page + 0x5000, in: memory)
    #expect(small?.entry == 0x60_5000 | large & 0xff00_0000_0000_0f7f | 0x80)
    #expect(small?.attributes == attributes)
    try guest.collapse(page, to: 0x20_0000, in: &memory)
    #expect(guest.page(at: page, in: memory)?.entry == large)
  }

  @Test("Scopes and instructions of the first stages")
  func firstStages() {
    func names(_ stage: TranslationStage, _ pages: UInt64, _ levels: Invalidation.Levels)
      -> [String]
    {
      Invalidation(
        stage, at: 0x4000, bytes: pages * 0x1000, pageBytes: 0x1000, levels: levels
      ).instructions(atMost: 2).map(\.description)
    }
    #expect(names(.x86, 2, .all) == ["INVLPG, 0x4000", "INVLPG, 0x5000"])
    #expect(names(.x86, 3, .lastLevel) == ["INVPCID 2"])
    #expect(names(.npt, 1, .lastLevel) == ["VMRUN TLB_CONTROL=3"])
    #expect(names(.armStage1, 1, .lastLevel) == ["TLBI VALE1IS, 0x4000, ASID 0", "DSB ISH", "ISB"])
    #expect(names(.armStage1, 1, .all) == ["TLBI VAE1IS, 0x4000, ASID 0", "DSB ISH", "ISB"])
    #expect(names(.armStage1, 3, .all) == ["TLBI VMALLE1IS", "DSB ISH", "ISB"])
    #expect(names(.riscv, 1, .lastLevel) == ["SFENCE.VMA, 0x4000"])
    #expect(names(.riscv, 1, .all) == ["SFENCE.VMA, x0"])
    #expect(MaintenanceInstruction.arm(ArmMaintenance(.vmalle1)).reachesAll)
    #expect(!MaintenanceInstruction.arm(ArmMaintenance(.vmalle1, isBroadcast: false)).reachesAll)
    #expect(!MaintenanceInstruction.x86(.invpcidAll).reachesAll)
  }
}
