import Testing

@testable import Paging

@Suite("Dumps of tables")
struct DumpTests {
  @Test("Pages that share an address, entries that are not present and stray bits are told apart")
  func runs() throws {
    var memory = try PhysicalMemory(bytes: 1 << 20)
    var host = try HostTables(.ept4, at: HostPhysical(0), bytes: 1 << 20, in: &memory)
    try host.map(
      GuestPhysical(0), bytes: 0x2000, to: HostPhysical(0x7000), .readOnly, in: &memory)
    // A page that three addresses share, as same-page merging leaves it.
    for page in 2..<5 as Range<UInt64> {
      memory.store(0x9000 | 0x31, at: HostPhysical(0x3000 + page * 8))
    }
    // A page that was swapped out, and one with bits that software has left.
    memory.store(0x1234_0000_0000_0000, at: HostPhysical(0x3000 + 6 * 8))
    memory.store(0x0120_0000_0000_a831, at: HostPhysical(0x3000 + 7 * 8))
    #expect(
      host.dump(in: memory) == """
        ept4 root 0x0
        0: table 0x1000 R W X XU A
          0: table 0x2000 R W X XU A
            0: table 0x3000 R W X XU A
              0-1: 0x0 -> 0x7000 4K R type=6 A
              2-4: 0x2000 -> all 0x9000 4K R type=6
              5: 0
              6: not present 0x1234000000000000
              7: 0x7000 -> 0xa000 4K R type=6 other=0x120000000000800
              8-511: 0
            1-511: 0
          1-511: 0
        1-511: 0
        """)
  }

  @Test("Entries that stand for one page together")
  func groups() throws {
    var memory = try PhysicalMemory(bytes: 1 << 20)
    var hart = try HostTables(.sv39x4, at: HostPhysical(0), bytes: 1 << 20, in: &memory)
    try hart.map(
      GuestPhysical(0x1_0000), bytes: 0x2_0000, to: HostPhysical(0x8_0000), .readOnly,
      pageBytes: 0x1_0000, in: &memory)
    #expect(
      hart.dump(in: memory) == """
        sv39x4 root 0x0
        0: table 0x4000
          0: table 0x5000
            0-15: 0
            16-31: 0x10000 -> 0x80000 64K R U A N
            32-47: 0x20000 -> 0x90000 64K R U A N
            48-511: 0
          1-511: 0
        1-2047: 0
        """)
    #expect(hart.page(at: GuestPhysical(0x1_2345), in: memory)?.address == HostPhysical(0x8_2345))
    #expect(hart.page(at: GuestPhysical(0x1_2345), in: memory)?.bytes == 0x1_0000)
    #expect(hart.page(at: GuestPhysical(0x1_2345), in: memory)?.entry == 0x8000_0000_0002_2053)
    #expect(throws: TableError.partOfPage(address: 0x1_1000, pageBytes: 0x1_0000)) {
      try hart.unmap(GuestPhysical(0x1_1000), bytes: 0x1000, in: &memory)
    }
    #expect(throws: TableError.misaligned(0x3_1000, pageBytes: 0x1_0000)) {
      try hart.map(
        GuestPhysical(0x3_1000), bytes: 0x1_0000, to: HostPhysical(0), .readOnly,
        pageBytes: 0x1_0000, in: &memory)
    }
    // All of a group is aged, whatever part of it is asked for.
    #expect(try hart.age(GuestPhysical(0x1_f000), bytes: 0x2000, in: &memory) == 32)
    #expect(try hart.unmap(GuestPhysical(0x1_0000), bytes: 0x1_0000, in: &memory).pages == 16)

    var arm = try HostTables(.arm16K, at: HostPhysical(0), bytes: 1 << 20, in: &memory)
    try arm.map(
      GuestPhysical(0x20_0000), bytes: 0x20_0000, to: HostPhysical(0x40_0000), .readOnly,
      pageBytes: 0x20_0000, in: &memory)
    #expect(
      arm.dump(in: memory).contains(
        "128-255: 0x200000 -> 0x400000 16K MemAttr=15 S2AP=1 SH=3 AF Contiguous XN=2"))
    #expect(arm.page(at: GuestPhysical(0x20_4008), in: memory)?.bytes == 0x20_0000)
    #expect(
      arm.page(at: GuestPhysical(0x20_4008), in: memory)?.address == HostPhysical(0x40_4008))
  }

  @Test("Tables that lead to themselves, or nowhere, come to an end")
  func loops() throws {
    var memory = try PhysicalMemory(bytes: 1 << 20)
    let root = try HostRoot(.npt5, at: HostPhysical(0))
    memory.store(0xff_0000_0000_0007, at: HostPhysical(0))
    #expect(
      root.dump(in: memory) == """
        npt5 root 0x0
        0: table 0xf000000000000 R/W U/S other=0xf0000000000000
          no memory
        1-511: 0
        """)
    for entry in 0..<512 as Range<UInt64> {
      memory.store(entry << 52 | 7, at: HostPhysical(entry * 8))
    }
    let lines = root.dump(in: memory, lines: 1000).split(separator: "\n")
    #expect(lines.count == 1002)
    #expect(lines.last == "…")
  }
}
