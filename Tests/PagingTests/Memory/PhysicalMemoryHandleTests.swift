import Testing

@testable import Paging

/// The memory as walks and edits see it: through handles, table by table and in runs of words.
@Suite("Physical memory through handles")
struct PhysicalMemoryHandleTests {
  @Test("The word of a table is found wherever the table begins")
  func tables() throws {
    var memory = try PhysicalMemory(at: HostPhysical(0x8000), bytes: 24)
    try memory.addRegion(at: HostPhysical(0), bytes: 8)
    try memory.addRegion(at: HostPhysical((1 << 56) - 16), bytes: 16)
    let inside: [UInt64] = [0x8000, 0x8008, 0x8010, 0, (1 << 56) - 16, (1 << 56) - 8]
    for address in inside { memory.store(~address, at: HostPhysical(address)) }
    for offset in [0, 8, 0xff8] as [UInt64] {
      for address in inside {
        let word = memory.handle.read(address &- offset, offset)
        #expect(word == ~address)
      }
      for address in [8, 0x7ff8, 0x8018, (1 << 56) - 24, 1 << 56, ~7] as [UInt64] {
        let word = memory.handle.read(address &- offset, offset)
        #expect(word == nil)
      }
    }
  }

  @Test("A run of words ends with its region")
  func runs() throws {
    var memory = try PhysicalMemory(at: HostPhysical(0x1000), bytes: 64)
    try memory.addRegion(at: HostPhysical(0x1040), bytes: 64)
    let counts = [0xff8, 0x1000, 0x1038].map { memory.handle.words(at: $0, most: 4)?.count }
    #expect(counts == [nil, 4, 1])
    let found = memory.handle.words(at: 0x1020, most: 512)
    let run = try #require(found)
    #expect(run.count == 4)
    #expect(run.isZero)
    run.fill(from: 1, 3, first: 10, step: 5)
    #expect((0..<4).map { run[$0] } == [0, 10, 15, 20])
    #expect(!run.isZero)
    let beyond = [memory.word(at: HostPhysical(0x1038)), memory.word(at: HostPhysical(0x1040))]
    #expect(beyond == [20, 0])
  }

  @Test("A walk goes from region to region")
  func walk() throws {
    // A guest's page of Sv39 over nothing, with each table in a region of its own.
    var memory = try PhysicalMemory(at: HostPhysical(0x10_0000), bytes: 4096)
    try memory.addRegion(at: HostPhysical(0x8000_0000), bytes: 4096)
    try memory.addRegion(at: HostPhysical(0x3000), bytes: 8)
    memory.store(0x10_0000 >> 2 | 1, at: HostPhysical(0x8000_0000))
    memory.store(0x3000 >> 2 | 1, at: HostPhysical(0x10_0000))
    memory.store(0x5000 >> 2 | 0xcf, at: HostPhysical(0x3000))
    var registers = RISCVRegisters()
    registers.vsatp = 8 << 60 | 0x8_0000
    let hart = try RISCVProcessor(registers)
    let found = try hart.translate(GuestVirtual(0x10), .write, in: &memory)
    #expect(found.hostPhysical == HostPhysical(0x5010))
    #expect(found.reads == 3)
    // The last table is shorter than its page: the next entry is not there.
    let failure = #expect(throws: WalkFailure.self) {
      try hart.translate(GuestVirtual(0x1010), .read, in: &memory)
    }
    #expect(failure?.reason == .absentMemory)
    #expect(failure?.absentPlace == HostPhysical(0x3008))
  }
}
