import Testing

@testable import Paging

@Suite("Dumps of a first stage")
struct GuestDumpTests {
  /// Three of the user's pages at 0, one of another memory type behind a gap, and two blocks of code at
  /// the end of the addresses or, on Arm, of what the lower half's first blocks are.
  @Test("A dump names every entry once", arguments: GuestFormat.allCases)
  func dump(_ format: GuestFormat) throws {
    var memory = try PhysicalMemory(bytes: 4 << 20)
    var guest = try GuestTables(
      format, at: GuestPhysical(0x10_0000), bytes: 2 << 20, placed: .identity, in: &memory)
    let page = guest.root.shape.pageSizes[0]
    let block = guest.root.shape.pageSizes[1]
    try guest.map(
      GuestVirtual(0), bytes: 3 * page, to: GuestPhysical(0x8000_0000), .userReadWrite, in: &memory)
    var other = GuestAttributes.readExecute
    other.memoryType = format.isa == .riscv ? .nonCacheable : .index(5)
    other.isAccessed = false
    other.isDirty = false
    try guest.map(
      GuestVirtual(5 * page), bytes: page, to: GuestPhysical(0x1000_0000), other, in: &memory)
    let blocks = GuestVirtual(format.isa == .arm ? 3 * block : 0 &- 2 * block)
    try guest.map(
      blocks, bytes: 2 * block, to: GuestPhysical(4 * block), .userReadExecute, in: &memory)
    #expect(guest.dump(in: memory) == Self.dumps[format.rawValue])
  }

  /// The dumps by format.
  private static let dumps = [
    "x86-4": """
    x86-4 root 0x100000
    0: table 0x101000 R/W U/S A
      0: table 0x102000 R/W U/S A
        0: table 0x103000 R/W U/S A
          0-2: 0x0 -> 0x80000000 4K R/W U/S A D XD
          3-4: 0
          5: 0x5000 -> 0x10000000 4K PWT PAT
          6-511: 0
        1-511: 0
      1-511: 0
    1-510: 0
    511: table 0x104000 R/W U/S A
      0-510: 0
      511: table 0x105000 R/W U/S A
        0-509: 0
        510-511: 0xffffffffffc00000 -> 0x800000 2M U/S A
    """,
    "x86-5": """
    x86-5 root 0x100000
    0: table 0x101000 R/W U/S A
      0: table 0x102000 R/W U/S A
        0: table 0x103000 R/W U/S A
          0: table 0x104000 R/W U/S A
            0-2: 0x0 -> 0x80000000 4K R/W U/S A D XD
            3-4: 0
            5: 0x5000 -> 0x10000000 4K PWT PAT
            6-511: 0
          1-511: 0
        1-511: 0
      1-511: 0
    1-510: 0
    511: table 0x105000 R/W U/S A
      0-510: 0
      511: table 0x106000 R/W U/S A
        0-510: 0
        511: table 0x107000 R/W U/S A
          0-509: 0
          510-511: 0xffffffffffc00000 -> 0x800000 2M U/S A
    """,
    "arm-s1-4k": """
    arm-s1-4k root 0x100000
    0: table 0x101000
      0: table 0x102000
        0: table 0x103000
          0-2: 0x0 -> 0x80000000 4K AP[1] SH=3 AF DBM PXN UXN
          3-4: 0
          5: 0x5000 -> 0x10000000 4K AttrIndx=5 AP[2] SH=3 UXN
          6-511: 0
        1-2: 0
        3-4: 0x600000 -> 0x800000 2M AP[1] AP[2] SH=3 AF PXN
        5-511: 0
      1-511: 0
    1-511: 0
    """,
    "arm-s1-16k": """
    arm-s1-16k root 0x100000
    0: table 0x104000
      0: table 0x108000
        0: table 0x10c000
          0-2: 0x0 -> 0x80000000 16K AP[1] SH=3 AF DBM PXN UXN
          3-4: 0
          5: 0x14000 -> 0x10000000 16K AttrIndx=5 AP[2] SH=3 UXN
          6-2047: 0
        1-2: 0
        3-4: 0x6000000 -> 0x8000000 32M AP[1] AP[2] SH=3 AF PXN
        5-2047: 0
      1-2047: 0
    1: 0
    """,
    "arm-s1-64k": """
    arm-s1-64k root 0x100000
    0: table 0x110000
      0: table 0x120000
        0-2: 0x0 -> 0x80000000 64K AP[1] SH=3 AF DBM PXN UXN
        3-4: 0
        5: 0x50000 -> 0x10000000 64K AttrIndx=5 AP[2] SH=3 UXN
        6-8191: 0
      1-2: 0
      3-4: 0x60000000 -> 0x80000000 512M AP[1] AP[2] SH=3 AF PXN
      5-8191: 0
    1-63: 0
    """,
    "sv39": """
    sv39 root 0x100000
    0: table 0x101000
      0: table 0x102000
        0-2: 0x0 -> 0x80000000 4K R W U A D
        3-4: 0
        5: 0x5000 -> 0x10000000 4K R X PBMT=1
        6-511: 0
      1-511: 0
    1-510: 0
    511: table 0x103000
      0-509: 0
      510-511: 0xffffffffffc00000 -> 0x800000 2M R X U A
    """,
    "sv48": """
    sv48 root 0x100000
    0: table 0x101000
      0: table 0x102000
        0: table 0x103000
          0-2: 0x0 -> 0x80000000 4K R W U A D
          3-4: 0
          5: 0x5000 -> 0x10000000 4K R X PBMT=1
          6-511: 0
        1-511: 0
      1-511: 0
    1-510: 0
    511: table 0x104000
      0-510: 0
      511: table 0x105000
        0-509: 0
        510-511: 0xffffffffffc00000 -> 0x800000 2M R X U A
    """,
    "sv57": """
    sv57 root 0x100000
    0: table 0x101000
      0: table 0x102000
        0: table 0x103000
          0: table 0x104000
            0-2: 0x0 -> 0x80000000 4K R W U A D
            3-4: 0
            5: 0x5000 -> 0x10000000 4K R X PBMT=1
            6-511: 0
          1-511: 0
        1-511: 0
      1-511: 0
    1-510: 0
    511: table 0x105000
      0-510: 0
      511: table 0x106000
        0-510: 0
        511: table 0x107000
          0-509: 0
          510-511: 0xffffffffffc00000 -> 0x800000 2M R X U A
    """,
  ]
}
