import Testing

@testable import Paging

@Suite("Dumps of a second stage")
struct HostDumpTests {
  /// Three ordinary pages at 0, a device's page behind a gap, and two blocks of code.
  @Test("A dump names every entry once", arguments: HostFormat.allCases)
  func dump(_ format: HostFormat) throws {
    var memory = try PhysicalMemory(bytes: 4 << 20)
    var host = try HostTables(format, at: HostPhysical(0), bytes: 4 << 20, in: &memory)
    let page = host.root.shape.pageSizes[0]
    let block = host.root.shape.pageSizes[1]
    try host.map(
      GuestPhysical(0), bytes: 3 * page, to: HostPhysical(0x8000_0000), .readWriteExecute,
      in: &memory)
    var device = HostAttributes.readWrite
    device.memoryType = .device
    device.isAccessed = false
    device.isDirty = false
    try host.map(
      GuestPhysical(5 * page), bytes: page, to: HostPhysical(0x1000_0000), device, in: &memory)
    try host.map(
      GuestPhysical(block), bytes: 2 * block, to: HostPhysical(4 * block), .readExecute, in: &memory
    )
    #expect(host.dump(in: memory) == Self.dumps[format.rawValue])
  }

  /// The dumps by format.
  private static let dumps = [
    "ept4": """
    ept4 root 0x0
    0: table 0x1000 R W X XU A
      0: table 0x2000 R W X XU A
        0: table 0x3000 R W X XU A
          0-2: 0x0 -> 0x80000000 4K R W X XU type=6 A D
          3-4: 0
          5: 0x5000 -> 0x10000000 4K R W
          6-511: 0
        1-2: 0x200000 -> 0x800000 2M R X XU type=6 A
        3-511: 0
      1-511: 0
    1-511: 0
    """,
    "ept5": """
    ept5 root 0x0
    0: table 0x1000 R W X XU A
      0: table 0x2000 R W X XU A
        0: table 0x3000 R W X XU A
          0: table 0x4000 R W X XU A
            0-2: 0x0 -> 0x80000000 4K R W X XU type=6 A D
            3-4: 0
            5: 0x5000 -> 0x10000000 4K R W
            6-511: 0
          1-2: 0x200000 -> 0x800000 2M R X XU type=6 A
          3-511: 0
        1-511: 0
      1-511: 0
    1-511: 0
    """,
    "npt4": """
    npt4 root 0x0
    0: table 0x1000 R/W U/S A
      0: table 0x2000 R/W U/S A
        0: table 0x3000 R/W U/S A
          0-2: 0x0 -> 0x80000000 4K R/W U/S A D
          3-4: 0
          5: 0x5000 -> 0x10000000 4K R/W U/S PWT PCD XD
          6-511: 0
        1-2: 0x200000 -> 0x800000 2M U/S A
        3-511: 0
      1-511: 0
    1-511: 0
    """,
    "npt5": """
    npt5 root 0x0
    0: table 0x1000 R/W U/S A
      0: table 0x2000 R/W U/S A
        0: table 0x3000 R/W U/S A
          0: table 0x4000 R/W U/S A
            0-2: 0x0 -> 0x80000000 4K R/W U/S A D
            3-4: 0
            5: 0x5000 -> 0x10000000 4K R/W U/S PWT PCD XD
            6-511: 0
          1-2: 0x200000 -> 0x800000 2M U/S A
          3-511: 0
        1-511: 0
      1-511: 0
    1-511: 0
    """,
    "arm-s2-4k": """
    arm-s2-4k root 0x0
    0: table 0x1000
      0: table 0x2000
        0: table 0x3000
          0-2: 0x0 -> 0x80000000 4K MemAttr=15 S2AP=3 SH=3 AF DBM
          3-4: 0
          5: 0x5000 -> 0x10000000 4K MemAttr=1 S2AP=1 DBM XN=2
          6-511: 0
        1-2: 0x200000 -> 0x800000 2M MemAttr=15 S2AP=1 SH=3 AF
        3-511: 0
      1-511: 0
    1-511: 0
    """,
    "arm-s2-16k": """
    arm-s2-16k root 0x0
    0: table 0x8000
      0: table 0xc000
        0-2: 0x0 -> 0x80000000 16K MemAttr=15 S2AP=3 SH=3 AF DBM
        3-4: 0
        5: 0x14000 -> 0x10000000 16K MemAttr=1 S2AP=1 DBM XN=2
        6-2047: 0
      1-2: 0x2000000 -> 0x8000000 32M MemAttr=15 S2AP=1 SH=3 AF
      3-2047: 0
    1-4095: 0
    """,
    "arm-s2-64k": """
    arm-s2-64k root 0x0
    0: table 0x10000
      0: table 0x20000
        0-2: 0x0 -> 0x80000000 64K MemAttr=15 S2AP=3 SH=3 AF DBM
        3-4: 0
        5: 0x50000 -> 0x10000000 64K MemAttr=1 S2AP=1 DBM XN=2
        6-8191: 0
      1-2: 0x20000000 -> 0x80000000 512M MemAttr=15 S2AP=1 SH=3 AF
      3-8191: 0
    1-63: 0
    """,
    "sv39x4": """
    sv39x4 root 0x0
    0: table 0x4000
      0: table 0x5000
        0-2: 0x0 -> 0x80000000 4K R W X U A D
        3-4: 0
        5: 0x5000 -> 0x10000000 4K R W U PBMT=2
        6-511: 0
      1-2: 0x200000 -> 0x800000 2M R X U A
      3-511: 0
    1-2047: 0
    """,
    "sv48x4": """
    sv48x4 root 0x0
    0: table 0x4000
      0: table 0x5000
        0: table 0x6000
          0-2: 0x0 -> 0x80000000 4K R W X U A D
          3-4: 0
          5: 0x5000 -> 0x10000000 4K R W U PBMT=2
          6-511: 0
        1-2: 0x200000 -> 0x800000 2M R X U A
        3-511: 0
      1-511: 0
    1-2047: 0
    """,
    "sv57x4": """
    sv57x4 root 0x0
    0: table 0x4000
      0: table 0x5000
        0: table 0x6000
          0: table 0x7000
            0-2: 0x0 -> 0x80000000 4K R W X U A D
            3-4: 0
            5: 0x5000 -> 0x10000000 4K R W U PBMT=2
            6-511: 0
          1-2: 0x200000 -> 0x800000 2M R X U A
          3-511: 0
        1-511: 0
      1-511: 0
    1-2047: 0
    """,
  ]
}
