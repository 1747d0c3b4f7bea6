import Testing

@testable import Paging

@Suite("Frames for tables")
struct TableFramesTests {
  @Test("Frames come from the start upwards, and what was freed last comes first")
  func order() throws {
    var frames = TableFrames(frameBytes: 0x1000)
    try frames.add(at: 0x1800, bytes: 0x3800)
    #expect(frames.total == 3)
    #expect(frames.take() == 0x2000)
    #expect(frames.take() == 0x3000)
    frames.give(0x2000)
    frames.give(0x2000)
    frames.give(0x4000)
    frames.give(0x3008)
    #expect(frames.used == 1)
    #expect(frames.upcoming(0) == 0x2000)
    #expect(frames.upcoming(1) == 0x4000)
    #expect(frames.upcoming(2) == nil)
    #expect(frames.take() == 0x2000)
    #expect(frames.take() == 0x4000)
    #expect(frames.take() == nil)
    #expect(frames.free == 0)
    try frames.add(at: 0x5000, bytes: 0x1000)
    #expect(frames.take() == 0x5000)
    #expect(frames.holdsTable(0x5000))
    #expect(!frames.holdsTable(0x6000))
  }

  @Test("A root is aligned to its size, and the frames before it are used for tables")
  func root() throws {
    var frames = TableFrames(frameBytes: 0x1000)
    try frames.add(at: 0x1000, bytes: 0x8000)
    #expect(frames.takeRoot(bytes: 0x4000) == 0x4000)
    #expect(frames.used == 4)
    #expect(frames.free == 4)
    #expect(frames.takeRoot(bytes: 0x4000) == nil)
    #expect(!frames.holdsTable(0x4000))
    #expect(frames.take() == 0x3000)
    #expect(frames.take() == 0x2000)
    #expect(frames.take() == 0x1000)
    #expect(frames.take() == 0x8000)
    #expect(frames.take() == nil)
  }

  @Test("Scattered frames are all of a range's, in another order, and a root comes before them")
  func scattered() throws {
    var frames = TableFrames(frameBytes: 0x1000)
    try frames.add(at: 0x1000, bytes: 0x40_0000, order: .scattered(seed: 7))
    #expect(frames.takeRoot(bytes: 0x4000) == 0x4000)
    #expect(frames.takeRoot(bytes: 0x1000) == 0x8000)
    let upcoming = (0..<frames.free).map { frames.upcoming($0) }
    var taken: [UInt64] = []
    while let frame = frames.take() { taken.append(frame) }
    #expect(upcoming == taken)
    let rest = Set(1...0x400 as ClosedRange<UInt64>).subtracting(4...8).map { $0 << 12 }
    #expect(taken.sorted() == rest.sorted())
    let neighbours = zip(taken, taken.dropFirst()).count { $1 &- $0 == 0x1000 }
    #expect(neighbours < 20)
    #expect(frames.takeRoot(bytes: 0x1000) == nil)
    #expect(taken.allSatisfy { frames.holdsTable($0) })
    #expect(!frames.holdsTable(0x5000))
    frames.give(taken[99])
    #expect(!frames.holdsTable(taken[99]))
    #expect(frames.take() == taken[99])
  }

  @Test("Ranges at the end of all addresses, and without a whole frame")
  func extremes() throws {
    var frames = TableFrames(frameBytes: 0x1_0000)
    try frames.add(at: 0, bytes: 0)
    try frames.add(at: .max, bytes: .max)
    try frames.add(at: 1, bytes: 0xffff)
    #expect(frames.total == 0)
    try frames.add(at: 0, bytes: .max)
    #expect(frames.total == 0xffff_ffff_ffff)
    #expect(frames.take() == 0)
    #expect(throws: TableError.framesOverlap(address: 0x1_0000)) {
      try frames.add(at: 1, bytes: 0x4_0000)
    }
  }

  @Test("Concatenated roots lie side by side, at a multiple of their size")
  func concatenation() throws {
    for (bits, tables) in [(39, 1), (40, 2), (41, 4), (42, 8), (43, 16)] {
      var memory = try PhysicalMemory(bytes: 1 << 20)
      var host = try HostTables(
        .arm4K, at: HostPhysical(0x3000), bytes: 0x4_0000, inputBits: bits, levels: 3, in: &memory)
      #expect(host.root.shape.rootBytes == UInt64(tables) << 12)
      #expect(host.root.address.isAligned(to: UInt64(tables) << 12))
      #expect(host.frames.used == tables)
      let last = GuestPhysical(1 << UInt64(bits) - 0x1000)
      try host.map(last, bytes: 0x1000, to: HostPhysical(0x7000), .readOnly, in: &memory)
      #expect(host.frames.used == tables + 2)
      let registers = try ArmRegisters(guest: nil, host: host.root)
      let processor = try ArmProcessor(registers)
      let found = try processor.translate(GuestVirtual(last.value), .read, in: &memory)
      #expect(found.hostPhysical == HostPhysical(0x7000))
      #expect(found.reads == 3)
      try host.unmap(last, bytes: 0x1000, in: &memory)
      #expect(host.frames.used == tables)
    }
  }
}
