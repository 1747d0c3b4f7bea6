import Testing

@testable import HostMemory

/// Faults of anonymous memory that can be counted one by one; `Tests/Oracles/reclaim` counts the same in the running
/// kernel.
@Suite("Faults of reads and of writes after them")
struct AnonymousFaultTests {
  private static let pages: UInt32 = 64

  /// A group that holds `pages` pages twice, and has swap for all.
  private static func memory(isWritable: Bool) -> PageReclaimer {
    var host = HostLimits.ample
    host.swapPages = 1024
    host.mapsSwapReadsWritable = isWritable
    var memory = PageReclaimer(host, pages: Int(pages), groups: [(MemoryGroupSettings(), nil)])
    memory.assign(0..<pages, to: 1, .anon)
    return memory
  }

  /// Touches all pages, and says how many faults that took.
  private static func pass(
    _ memory: inout PageReclaimer, isWrite: Bool, _ now: inout UInt64
  ) -> UInt64 {
    let before = memory.counters[1].faults
    for page in 0..<pages { now = memory.touch(page, isWrite: isWrite, at: now).at }
    return memory.counters[1].faults - before
  }

  /// Takes all pages out to swap.
  private static func takeOut(_ memory: inout PageReclaimer, _ now: inout UInt64) {
    for _ in 0..<64 where memory.usage(1) > 0 {
      now = memory.reclaim(UInt64(pages), of: 1, at: now).at + 1_000_000
    }
  }

  @Test("reads of memory that nobody wrote share the page of zeros, a fault each")
  func zeros() {
    var memory = Self.memory(isWritable: true)
    var now: UInt64 = 0
    let first = Self.pass(&memory, isWrite: false, &now)
    #expect(first == 64)
    let free = memory.freeFrames
    let used = memory.usage(1)
    #expect(used == 0 && free == HostLimits.ample.frames)
    let again = Self.pass(&memory, isWrite: false, &now)
    #expect(again == 0)
    let written = Self.pass(&memory, isWrite: true, &now)
    let held = memory.usage(1)
    #expect(written == 64 && held == 64)
    let last = Self.pass(&memory, isWrite: true, &now)
    #expect(last == 0)
    // What comes back from swap is no page of zeros.
    Self.takeOut(&memory, &now)
    let away = memory.usage(1)
    let back = Self.pass(&memory, isWrite: false, &now)
    #expect(away == 0 && back == 64)
  }

  @Test(
    "the first write after a read from swap is a fault before 6.11, and none since",
    arguments: [true, false])
  func swapped(isWritable: Bool) {
    var memory = Self.memory(isWritable: isWritable)
    var now: UInt64 = 0
    _ = Self.pass(&memory, isWrite: true, &now)
    Self.takeOut(&memory, &now)
    let slots = memory.swapUsed
    let read = Self.pass(&memory, isWrite: false, &now)
    let majors = memory.counters[1].majorFaults
    let written = Self.pass(&memory, isWrite: true, &now)
    let again = Self.pass(&memory, isWrite: true, &now)
    #expect(slots == 64 && read == 64 && majors == 64)
    #expect(written == (isWritable ? 0 : 64) && again == 0)
    // The slots are kept: nobody told the kernel to give them back.
    let kept = memory.swapUsed
    #expect(kept == 64)
    // What was written is written out again, to the slot that it has.
    let out = memory.counters[1].swapOuts
    Self.takeOut(&memory, &now)
    let outAgain = memory.counters[1].swapOuts - out
    let keptAgain = memory.swapUsed
    #expect(outAgain == 64 && keptAgain == 64)
    // A write that brings a page back gives its slot back.
    let back = Self.pass(&memory, isWrite: true, &now)
    let left = memory.swapUsed
    #expect(back == 64 && left == 0)
  }
}
