import Testing

@testable import Paging

/// Entries as numbers, laid out by hand from the manuals.
@Suite("Entries that are made")
struct TableEntryTests {
  private func hostEntry(
    _ format: HostFormat, _ attributes: HostAttributes, level: Int = 0
  ) throws -> UInt64? {
    var memory = try PhysicalMemory(bytes: 2 << 20)
    var host = try HostTables(format, at: HostPhysical(0), bytes: 2 << 20, in: &memory)
    let bytes = host.root.shape.pageBytes(ofLevel: level)
    try host.map(
      GuestPhysical(0), bytes: bytes, to: HostPhysical(4 * bytes), attributes, pageBytes: bytes,
      in: &memory)
    return host.page(at: GuestPhysical(0), in: memory)?.entry
  }

  private func guestEntry(
    _ format: GuestFormat, _ attributes: GuestAttributes, level: Int = 0
  ) throws -> UInt64? {
    var memory = try PhysicalMemory(bytes: 2 << 20)
    var guest = try GuestTables(
      format, at: GuestPhysical(0), bytes: 2 << 20, placed: .identity, in: &memory)
    let bytes = guest.root.shape.pageBytes(ofLevel: level)
    try guest.map(
      GuestVirtual(0), bytes: bytes, to: GuestPhysical(4 * bytes), attributes, pageBytes: bytes,
      in: &memory)
    return guest.page(at: GuestVirtual(0), in: memory)?.entry
  }

  @Test("EPT: rights 2:0 and 10, type 5:3, ignore PAT 6, large 7, accessed 8, dirty 9")
  func ept() throws {
    #expect(try hostEntry(.ept4, .readWriteExecute) == 0x4737)
    #expect(try hostEntry(.ept5, .readWriteExecute, level: 1) == 0x80_07b7)
    #expect(try hostEntry(.ept4, .readOnly, level: 2) == 0x1_0000_01b1)
    var device = HostAttributes(.execute)
    device.memoryType = .device
    device.isAccessed = false
    device.extraBits = 1 << 63 | 1 << 6
    #expect(try hostEntry(.ept4, device) == 0x8000_0000_0000_4444)
    device.memoryType = .nonCacheable
    #expect(try hostEntry(.ept4, device) == 0x8000_0000_0000_444c)
    device.memoryType = .writeProtected
    #expect(try hostEntry(.ept4, device) == 0x8000_0000_0000_446c)
  }

  @Test("x86-64: present, R/W, U/S, PWT, PCD, A, D, PS or PAT, G, key and XD")
  func x86() throws {
    #expect(try hostEntry(.npt4, .readWriteExecute) == 0x4067)
    #expect(try hostEntry(.npt5, .readOnly, level: 1) == 0x8000_0000_0080_00a5)
    #expect(try guestEntry(.x86Level4, .readWrite) == 0x8000_0000_0000_4063)
    #expect(try guestEntry(.x86Level5, .userReadExecute, level: 2) == 0x1_0000_00a5)
    var attributes = GuestAttributes.userReadWrite
    attributes.memoryType = .index(7)
    attributes.extraBits = 0xf << 59 | 1 << 8
    #expect(try guestEntry(.x86Level4, attributes) == 0xf800_0000_0000_41ff)
    #expect(try guestEntry(.x86Level4, attributes, level: 1) == 0xf800_0000_0080_11ff)
  }

  @Test("RISC-V: V, R, W, X, U, G, A, D, PBMT")
  func riscv() throws {
    #expect(try hostEntry(.sv39x4, .readWriteExecute) == 0x10df)
    #expect(try hostEntry(.sv57x4, .readExecute, level: 4) == 0x0001_0000_0000_005b)
    #expect(try guestEntry(.sv48, .readWrite, level: 1) == 0x20_00c7)
    var attributes = GuestAttributes.userReadOnly
    attributes.memoryType = .device
    attributes.extraBits = 1 << 5
    #expect(try guestEntry(.sv39, attributes) == 0x4000_0000_0000_1073)
  }

  @Test("Arm stage 2: MemAttr 5:2, S2AP 7:6, SH 9:8, AF 10, DBM 51, XN 54:53")
  func armStage2() throws {
    #expect(try hostEntry(.arm4K, .readWriteExecute) == 0x0008_0000_0000_47ff)
    #expect(try hostEntry(.arm16K, .readOnly) == 0x0040_0000_0001_077f)
    #expect(try hostEntry(.arm64K, .readExecute, level: 1) == 0x8000_077d)
    var clean = HostAttributes(.write)
    clean.isDirty = false
    clean.memoryType = .device
    #expect(try hostEntry(.arm4K, clean) == 0x0048_0000_0000_4407)
    #expect(try hostEntry(.arm4K, HostAttributes([.read, .executeUser])) == 0x0020_0000_0000_477f)
    #expect(
      try hostEntry(.arm4K, HostAttributes([.read, .executeSupervisor])) == 0x0060_0000_0000_477f)
  }

  @Test("Arm stage 1: AttrIndx 4:2, AP 7:6, SH 9:8, AF 10, DBM 51, PXN 53, UXN 54")
  func armStage1() throws {
    #expect(try guestEntry(.arm4K, .readWriteExecute) == 0x0048_0000_0000_4703)
    #expect(try guestEntry(.arm16K, .userReadWrite) == 0x0068_0000_0001_0743)
    #expect(try guestEntry(.arm64K, .userReadExecute, level: 1) == 0x0020_0000_8000_07c1)
    var clean = GuestAttributes.readWrite
    clean.isDirty = false
    clean.memoryType = .index(3)
    clean.extraBits = 1 << 11 | 1 << 50
    #expect(try guestEntry(.arm4K, clean) == 0x006c_0000_0000_4f8f)
  }
}
