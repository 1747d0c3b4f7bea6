import Testing

@testable import HostMemory

@Suite("The pace of writes")
struct WritePaceTests {
  /// A host of so many frames whose storage writes one page at a time, in 5 ms each.
  private static func slow(
    frames: UInt64, queue: Int, pages: Int, high: UInt64 = 8
  ) -> PageReclaimer {
    var host = HostLimits(frames: frames, min: 8, low: max(high, 12) - 4, high: high)
    host.swapPages = UInt64(pages)
    var times = ReclaimTimes()
    times.write = 5_000_000
    times.depth = 1
    times.queue = queue
    return PageReclaimer(host, pages: pages, groups: [(MemoryGroupSettings(), nil)], times: times)
  }

  @Test(
    "Whoever reclaims waits for storage: no more is written than it can", arguments: [1, 2, 64])
  func pace(queue: Int) {
    let pages: UInt32 = 3000
    var memory = Self.slow(frames: 1000, queue: queue, pages: Int(pages))
    memory.assign(0..<pages, to: 1, .anon)
    var now: UInt64 = 0
    var reclaiming: UInt64 = 0
    var writing: UInt64 = 0
    var began: UInt64?
    for page in 0..<pages {
      // Only touches reclaim here.
      memory.isKswapdAwake = false
      let touch = memory.touch(page, isWrite: true, at: now)
      #expect(touch.writing <= touch.reclaiming)
      if touch.reclaiming > 0, began == nil { began = now }
      reclaiming += touch.reclaiming
      writing += touch.writing
      now = touch.at
    }
    let written = memory.counters[1].swapOuts
    let most = (now - (began ?? 0)) / 5_000_000 + UInt64(queue)
    #expect(written <= most)
    // Each page beyond what fits needs one write to be done first, and waits for it.
    let needed = UInt64(pages) - 1000 + 8
    #expect(written >= needed)
    #expect(writing >= (needed - UInt64(queue) - 32) * 5_000_000)
    #expect(Double(writing) > 0.9 * Double(reclaiming))
    #expect(given(memory.counters[1].kills) == 0)
  }

  @Test("Faster storage makes the same touches wait less")
  func faster() {
    func waits(depth: Int) -> UInt64 {
      var host = HostLimits(frames: 1000, min: 8, low: 8, high: 8)
      host.swapPages = 3000
      var times = ReclaimTimes()
      times.write = 5_000_000
      times.depth = depth
      var memory = PageReclaimer(
        host, pages: 3000, groups: [(MemoryGroupSettings(), nil)], times: times)
      memory.assign(0..<3000, to: 1, .anon)
      var now: UInt64 = 0
      for page in 0..<UInt32(3000) {
        memory.isKswapdAwake = false
        now = memory.touch(page, isWrite: true, at: now).at
      }
      return memory.waited
    }
    let (one, eight) = (waits(depth: 1), waits(depth: 8))
    #expect(eight < one / 6)
    #expect(eight > one / 10)
  }

  @Test("kswapd hands over no more than there is room for, and frees what is written")
  func kswapd() {
    var memory = Self.slow(frames: 1000, queue: 4, pages: 2000, high: 60)
    memory.assign(0..<2000, to: 1, .anon)
    var now: UInt64 = 0
    for page in 0..<UInt32(950) { now = memory.touch(page, isWrite: true, at: now).at }
    #expect(given(memory.isKswapdAwake))
    memory.forgetAccesses()
    let start = now
    var steps = 0
    while memory.isKswapdAwake, steps < 100_000 {
      now = memory.kswapd(at: now).at
      steps += 1
      #expect(given(memory.underWay.count) <= 4)
    }
    let freed = memory.freeFrames
    #expect(freed > 60)
    let written = memory.counters[1].swapOuts
    #expect(written <= (now - start) / 5_000_000 + 4)
  }

  @Test("Who changes a file faster than it is written is slowed down to its pace")
  func dirty() {
    let host = HostLimits(frames: 10_000, min: 8, low: 8, high: 8)
    var times = ReclaimTimes()
    times.write = 1_000_000
    times.depth = 1
    var memory = PageReclaimer(
      host, pages: 9000, groups: [(MemoryGroupSettings(), nil)], times: times)
    memory.assign(0..<9000, to: 1, .file)
    var now: UInt64 = 0
    var throttled: UInt64 = 0
    for page in 0..<UInt32(9000) {
      now = memory.touch(page, isWrite: false, by: .descriptor, at: now).at
    }
    for page in 0..<UInt32(9000) {
      let touch = memory.touch(page, isWrite: true, by: .descriptor, at: now)
      now = touch.at
      throttled += touch.throttled
      let pending = memory.dirtyPages + memory.fileWrites
      // Every frame but those of the marks can hold a page of a file.
      #expect(pending <= 10_000 / 100 * 20 + 1)
    }
    // What is more than 15 % had to be written first.
    let written = memory.counters[1].fileWrites
    #expect(written >= 9000 - 1500 - 1)
    #expect(throttled > 0)
  }
}
