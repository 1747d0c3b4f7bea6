import Testing

@testable import Paging

@Suite("Physical memory")
struct PhysicalMemoryTests {
  @Test("The first and the last word of a region are there, and their neighbours are not")
  func bounds() throws {
    var memory = try PhysicalMemory(at: HostPhysical(0x1000), bytes: 0x20)
    for address in stride(from: UInt64(0x1000), to: 0x1020, by: 8) {
      let found = memory.word(at: HostPhysical(address))
      #expect(found == 0)
      let stored = memory.store(address, at: HostPhysical(address))
      #expect(stored)
    }
    for address in stride(from: UInt64(0x1000), to: 0x1020, by: 8) {
      let found = memory.word(at: HostPhysical(address))
      #expect(found == address)
    }
    for address in [0, 0xff8, 0x1020, UInt64.max - 7] {
      let found = memory.word(at: HostPhysical(address))
      #expect(found == nil)
      let stored = memory.store(1, at: HostPhysical(address))
      #expect(!stored)
      let isThere = memory.contains(HostPhysical(address))
      #expect(!isThere)
    }
    let found = memory.word(at: HostPhysical(0x1004))
    #expect(found == nil)
    let stored = memory.store(1, at: HostPhysical(0x1001))
    #expect(!stored)
  }

  @Test("Every region is found, whichever was added first")
  func regions() throws {
    var memory = PhysicalMemory()
    let nothing = memory.word(at: HostPhysical(0))
    #expect(nothing == nil)
    let bases: [UInt64] = [0x9000, 0x1000, 1 << 55, 0]
    for base in bases { try memory.addRegion(at: HostPhysical(base), bytes: 0x1000) }
    for base in bases {
      memory.store(base | 1, at: HostPhysical(base))
      memory.store(base | 2, at: HostPhysical(base + 0xff8))
    }
    for base in bases {
      let found = memory.word(at: HostPhysical(base))
      #expect(found == base | 1)
      let last = memory.word(at: HostPhysical(base + 0xff8))
      #expect(last == base | 2)
    }
    let found = memory.word(at: HostPhysical(0x2000))
    #expect(found == nil)
    let range = memory.region(2)
    #expect(range == (UInt64(1) << 55)..<(UInt64(1) << 55) + 0x1000)
  }

  @Test("A region's bytes are those of its words")
  func bytes() throws {
    var memory = try PhysicalMemory(at: HostPhysical(64), bytes: 16)
    unsafe memory.withBytes(ofRegion: 0) { bytes in
      unsafe bytes[8] = 0x12
      unsafe bytes[15] = 0x34
    }
    let found = memory.word(at: HostPhysical(72))
    #expect(found == 0x3400_0000_0000_0012)
  }

  @Test(
    "What can't be a region is refused with its numbers",
    arguments: [
      (0x2000, 12, MemoryError.notWholeWords(bytes: 12)),
      (0x2000, 0, .notWholeWords(bytes: 0)),
      (0x2004, 8, .misaligned(base: HostPhysical(0x2004))),
      (
        0x1ff8, 16, .overlapping(base: HostPhysical(0x1ff8), bytes: 16, other: HostPhysical(0x1000))
      ),
      (
        0x0ff8, 16, .overlapping(base: HostPhysical(0x0ff8), bytes: 16, other: HostPhysical(0x1000))
      ),
      (1 << 56, 8, .tooHigh(base: HostPhysical(1 << 56), bytes: 8)),
      (UInt64.max - 7, 16, .tooHigh(base: HostPhysical(UInt64.max - 7), bytes: 16)),
      (1 << 40, 1 << 54, .noRoom(bytes: 1 << 54)),
    ] as [(UInt64, Int, MemoryError)])
  func refusals(base: UInt64, bytes: Int, expected: MemoryError) throws {
    var memory = try PhysicalMemory(at: HostPhysical(0x1000), bytes: 0x1000)
    do throws(MemoryError) {
      try memory.addRegion(at: HostPhysical(base), bytes: bytes)
      Issue.record("the region was accepted")
    } catch {
      #expect(error == expected)
    }
    let count = memory.regionCount
    #expect(count == 1)
    #expect(expected.description.hasSuffix("."))
  }

  @Test("A memory has a limit of regions")
  func limit() throws {
    var memory = PhysicalMemory()
    for number in 0..<UInt64(PhysicalMemory.mostRegions) {
      try memory.addRegion(at: HostPhysical(number << 20), bytes: 8)
    }
    do throws(MemoryError) {
      try memory.addRegion(at: HostPhysical(1 << 40), bytes: 8)
      Issue.record("one region too many was accepted")
    } catch {
      #expect(error == .tooManyRegions(limit: PhysicalMemory.mostRegions))
    }
  }
}
