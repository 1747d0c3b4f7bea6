import Testing

@testable import Paging

@Suite("Edits that are refused")
struct TableRefusalTests {
  /// What an edit of these tables says, after which memory is as it was before.
  private func refusal(
    _ format: HostFormat = .ept4,
    _ edit: (inout HostTables, inout PhysicalMemory) throws(TableError) -> Void
  ) throws -> String {
    var memory = try PhysicalMemory(bytes: 1 << 20)
    var host = try HostTables(
      format, at: HostPhysical(0), bytes: format.shape.rootBytes + 0x5000, in: &memory)
    try host.map(
      GuestPhysical(0x20_0000), bytes: 0x20_0000, to: HostPhysical(0x20_0000), .readWrite,
      in: &memory)
    try host.map(
      GuestPhysical(0x5000), bytes: 0x3000, to: HostPhysical(0x5000), .readWrite, in: &memory)
    let before = unsafe memory.withBytes(ofRegion: 0) { unsafe Array($0) }
    let used = host.frames.used
    do {
      try edit(&host, &memory)
    } catch {
      #expect(unsafe memory.withBytes(ofRegion: 0) { unsafe Array($0) } == before)
      #expect(host.frames.used == used)
      return error.description
    }
    Issue.record("the edit should have been refused")
    return ""
  }

  @Test("Ranges and addresses that the tables don't have")
  func ranges() throws {
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.unmap(GuestPhysical(0x5000), bytes: 0, in: &memory)
      } == "The range at 0x5000 is refused: it has no bytes.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.unmap(GuestPhysical(1 << 48), bytes: 0x1000, in: &memory)
      } == "0x1000000000000 is refused: these tables translate addresses of 48 bits.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(1 << 48 - 0x1000), bytes: 0x2000, to: HostPhysical(0), .readOnly,
          in: &memory)
      } == "0x1000000000000 is refused: these tables translate addresses of 48 bits.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.age(GuestPhysical(0x1000), bytes: .max, in: &memory)
      } == "0x1000000000000 is refused: these tables translate addresses of 48 bits.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(0), bytes: 0x1000, to: HostPhysical(1 << 52), .readOnly, in: &memory)
      } == "A page at 0x10000000000000 is refused: entries hold addresses of 52 bits.")
  }

  @Test("Sizes and alignments")
  func sizes() throws {
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(0), bytes: 0x4000, to: HostPhysical(0), .readOnly, pageBytes: 0x4000,
          in: &memory)
      } == "Pages of 16K are refused: the sizes here are 4K, 2M, 1G.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(0x40_1000), bytes: 0x20_0000, to: HostPhysical(0), .readOnly,
          pageBytes: 0x20_0000, in: &memory)
      } == "0x401000 is refused: it is no multiple of the page's 2M.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(0x40_0000), bytes: 0x20_0000, to: HostPhysical(0x3000), .readOnly,
          pageBytes: 0x20_0000, in: &memory)
      } == "0x3000 is refused: it is no multiple of the page's 2M.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(0x40_0000), bytes: 0x1800, to: HostPhysical(0x3000), .readOnly, in: &memory)
      } == "0x1800 is refused: it is no multiple of the page's 4K.")
  }

  @Test("What is in the way")
  func conflicts() throws {
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(0x3000), bytes: 0x4000, to: HostPhysical(0), .readOnly, in: &memory)
      } == "Mapping 0x5000 is refused: the entry 0x5333 maps it already.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(0x30_0000), bytes: 0x1000, to: HostPhysical(0), .readOnly, in: &memory)
      } == "Mapping 0x300000 is refused: the entry 0x2003b3 maps it already.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(0), bytes: 0x20_0000, to: HostPhysical(0), .readOnly, pageBytes: 0x20_0000,
          in: &memory)
      } == "A page at 0x0 is refused: the table at 0x3000 is in its way.")
  }

  @Test("Holes and parts of pages")
  func holes() throws {
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.unmap(GuestPhysical(0x5000), bytes: 0x4000, in: &memory)
      } == "0x8000 is refused: nothing is mapped there.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.protect(GuestPhysical(0x4000), bytes: 0x2000, .read, in: &memory)
      } == "0x4000 is refused: nothing is mapped there.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.unmap(GuestPhysical(0x5000), bytes: 0x1800, in: &memory)
      } == "0x6800 is refused: it is part of a page of 4K, which is not split here.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.unmap(
          GuestPhysical(0x5000), bytes: 0x30_0000, skippingHoles: true, in: &memory)
      } == "0x305000 is refused: it is part of a page of 2M, which is not split here.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.protect(GuestPhysical(0x20_1000), bytes: 0x1f_f000, .read, in: &memory)
      } == "0x201000 is refused: it is part of a page of 2M, which is not split here.")
  }

  @Test("Frames that run out, and tables that are not theirs")
  func frames() throws {
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(0x40_0000), bytes: 0x8000_1000, to: HostPhysical(0), .readOnly,
          pageBytes: 0x1000, in: &memory)
      } == "The edit is refused: it needs 1027 table frames and 2 are free.")
    #expect(
      try refusal { host, memory throws(TableError) in
        try host.addFrames(at: HostPhysical(0x5000), bytes: 0x4000)
      } == "Table frames at 0x5000 are refused: these tables have them already.")
  }

  @Test("Tables that others have written")
  func foreignTables() throws {
    var memory = try PhysicalMemory(bytes: 1 << 20)
    var host = try HostTables(.ept4, at: HostPhysical(0), bytes: 0x6000, in: &memory)
    // The root's entry leads to the root again, so that an address of zeros never arrives.
    memory.store(0x0007, at: HostPhysical(0))
    #expect(host.page(at: GuestPhysical(0), in: memory)?.level == 0)
    #expect(throws: TableError.foreignTable(address: 0)) {
      try host.unmap(GuestPhysical(0), bytes: 0x1000, in: &memory)
    }
    memory.store(0x100_0007, at: HostPhysical(0))
    #expect(host.page(at: GuestPhysical(0), in: memory) == nil)
    #expect(throws: TableError.tableUnreachable(address: 0x100_0000)) {
      try host.map(
        GuestPhysical(0), bytes: 0x1000, to: HostPhysical(0), .readOnly, in: &memory)
    }
    #expect(throws: TableError.tableUnreachable(address: 0x100_0000)) {
      try host.age(GuestPhysical(0), bytes: 0x1000, in: &memory)
    }
    #expect(memory.word(at: HostPhysical(0)) == 0x100_0007)
    #expect(host.frames.used == 1)
  }

  @Test("Attributes that a format can't say")
  func attributes() throws {
    func refusal(_ format: HostFormat, _ attributes: HostAttributes) throws -> String {
      try self.refusal(format) { host, memory throws(TableError) in
        try host.map(
          GuestPhysical(0x40_0000), bytes: 0x1000, to: HostPhysical(0), attributes, in: &memory)
      }
    }
    #expect(
      try refusal(.ept4, HostAttributes(.write))
        == "Writing without reading is refused: an EPT entry with W and without R is misconfigured."
    )
    #expect(
      try refusal(.npt4, HostAttributes(.execute))
        == "A page that can't be read is refused: an x86-64 page that is present is readable.")
    #expect(
      try refusal(.npt4, HostAttributes([.read, .executeUser]))
        == "A right to execute for one mode only is refused: an x86-64 entry has one bit for both, XD."
    )
    #expect(
      try refusal(.sv39x4, HostAttributes([]))
        == "A page without any right is refused: a RISC-V entry without R, W and X is a table.")
    var attributes = HostAttributes.readOnly
    attributes.memoryType = .writeThrough
    #expect(
      try refusal(.sv48x4, attributes)
        == "The memory type writeThrough is refused: Svpbmt has writeBack, nonCacheable and device."
    )
    attributes.memoryType = .writeBack
    attributes.extraBits = 1 << 12
    #expect(
      try refusal(.npt4, attributes)
        == "extraBits = 0x1000 is refused: the bits that may be added here are 0x7ff0000000000f00.")
  }

  @Test("Guest-virtual ranges stay in one half, and tables in memory")
  func guests() throws {
    var memory = try PhysicalMemory(bytes: 1 << 20)
    var guest = try GuestTables(
      .sv39, at: GuestPhysical(0), bytes: 1 << 20, placed: .identity, in: &memory)
    func map(_ address: UInt64, _ bytes: UInt64) -> TableError? {
      do {
        try guest.map(
          GuestVirtual(address), bytes: bytes, to: GuestPhysical(0), .readOnly, in: &memory)
        return nil
      } catch {
        return error
      }
    }
    #expect(map(1 << 38, 0x1000) == .beyond(address: 1 << 38, inputBits: 39))
    #expect(map(1 << 38 - 0x1000, 0x2000) == .beyond(address: 1 << 38, inputBits: 39))
    #expect(map(0 &- 0x1000, 0x2000) == .beyond(address: 0, inputBits: 39))
    #expect(map(0 &- 0x1000, 0x1000) == nil)
    #expect(
      map(0 &- 0x2000, 0x2000)
        == .alreadyMapped(address: 0 &- 0x1000, entry: 0x43))

    #expect(throws: TableError.noUpperHalf(.sv39)) {
      _ = try GuestTables(
        .sv39, at: GuestPhysical(0), bytes: 1 << 20, isUpperHalf: true, placed: .identity,
        in: &memory)
    }
    #expect(throws: TableError.tableUnreachable(address: 0x10_0000)) {
      _ = try GuestTables(
        .sv39, at: GuestPhysical(0x10_0000), bytes: 1 << 20, placed: .identity, in: &memory)
    }
    let host = try HostTables(.sv39x4, at: HostPhysical(0x8_0000), bytes: 0x8000, in: &memory)
    #expect(throws: TableError.tableUnreachable(address: 0)) {
      _ = try GuestTables(
        .sv39, at: GuestPhysical(0), bytes: 1 << 20, placed: .through(host.root), in: &memory)
    }
    #expect(throws: TableError.outOfFrames(needed: 4, free: 3)) {
      _ = try HostTables(.sv39x4, at: HostPhysical(0x1000), bytes: 0x3fff, in: &memory)
    }
    #expect(throws: TableError.misaligned(0x1000, pageBytes: 0x4000)) {
      _ = try HostRoot(.sv39x4, at: HostPhysical(0x1000))
    }
  }
}
