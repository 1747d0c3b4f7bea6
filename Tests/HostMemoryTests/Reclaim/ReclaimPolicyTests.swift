import Guests
import Testing

@testable import HostMemory

@Suite("Ways to choose what leaves memory")
struct ReclaimPolicyTests {
  /// Touches of pages: a loop, a scan beside hot pages, or draws of which small numbers are likelier.
  private static func trace(_ name: String, _ seed: UInt64, pages: Int) -> [Int] {
    var random = SplitMix64(seed: seed)
    return (0..<6000).map { step in
      switch name {
      case "loop": return step % pages
      case "scan":
        return random.below(2) == 0 ? Int(random.below(60)) : 60 + step / 2 % (pages - 60)
      case "skewed":
        let part = random.unit()
        return Int(part * part * part * Double(pages))
      default: return Int(random.below(UInt64(pages)))
      }
    }
  }

  /// The step at which memory and reference differ first.
  private static func difference<Reference: ReclaimReference>(
    _ policy: ReclaimPolicy, _ type: Reference.Type, _ trace: [Int], limit: Int, pages: Int
  ) -> Int? {
    var limits = MemoryGroupSettings()
    limits.max = UInt64(limit)
    var memory = PageReclaimer(.ample, pages: pages, groups: [(limits, nil)], policy: policy)
    memory.assign(0..<UInt32(pages), to: 1, .file)
    var reference = Reference(limit: limit)
    var now: UInt64 = 0
    for (step, page) in trace.enumerated() {
      now = memory.touch(UInt32(page), isWrite: false, at: now).at
      reference.touch(page)
      let resident = reference.resident
      for page in 0..<pages where memory.isResident(UInt32(page)) != resident.contains(page) {
        return step
      }
    }
    return nil
  }

  @Test(
    "The same pages stay as in a reference that is slow and plain",
    arguments: ["loop", "scan", "skewed", "even"], [200, 300])
  func reference(name: String, limit: Int) {
    let trace = Self.trace(name, UInt64(limit), pages: 400)
    let clock = Self.difference(.clock, ReferenceClock.self, trace, limit: limit, pages: 400)
    #expect(clock == nil)
    let hands = Self.difference(.twoHands, ReferenceTwoHands.self, trace, limit: limit, pages: 400)
    #expect(hands == nil)
    let generations = Self.difference(
      .generations, ReferenceGenerations.self, trace, limit: limit, pages: 400)
    #expect(generations == nil)
  }

  /// Counters of a kind of accesses under a limit of 1,000 pages.
  private static func counters(
    _ policy: ReclaimPolicy, swap: UInt64, _ play: (inout PageReclaimer, inout UInt64) -> Void
  ) -> ReclaimCounters {
    var limits = MemoryGroupSettings()
    limits.max = 1000
    var host = HostLimits.ample
    host.swapPages = swap
    var memory = PageReclaimer(host, pages: 4000, groups: [(limits, nil)], policy: policy)
    memory.assign(0..<2000, to: 1, .anon)
    memory.assign(2000..<4000, to: 1, .file)
    var now: UInt64 = 0
    play(&memory, &now)
    return memory.counters[1]
  }

  @Test(
    "Hot pages stay while a file is read once, but under Clock, for which a page read once is as hot",
    arguments: ReclaimPolicy.allCases)
  func scan(policy: ReclaimPolicy) {
    let counters = Self.counters(policy, swap: 4000) { memory, now in
      for page in 0..<UInt32(500) { now = memory.touch(page, isWrite: true, at: now).at }
      for page in 2000..<UInt32(4000) {
        now = memory.touch(page, isWrite: false, by: .descriptor, at: now).at
        for step in 0..<UInt32(5) {
          now = memory.touch((page * 5 + step) % 500, isWrite: false, at: now).at
        }
      }
    }
    #expect(counters.fileReads == 2000)
    #expect((counters.majorFaults <= 2000 + 100) != policy.isRing)
    #expect(counters.kills == 0)
  }

  @Test(
    "What is changed is written before it goes, under every policy",
    arguments: ReclaimPolicy.allCases)
  func written(policy: ReclaimPolicy) {
    let counters = Self.counters(policy, swap: 4000) { memory, now in
      for page in 0..<UInt32(2000) { now = memory.touch(page, isWrite: true, at: now).at }
      for page in 0..<UInt32(2000) { now = memory.touch(page, isWrite: true, at: now).at }
    }
    #expect(counters.swapOuts >= 2000)
    #expect(counters.swapIns <= counters.swapOuts)
    #expect(counters.swapIns >= 1000)
    #expect(counters.kills == 0)
  }

  @Test("Pages of files that are read often stay when their tier comes back more often")
  func tiers() {
    var generations = PageGenerations()
    // Nothing came back often enough to tell.
    generations[.file, 0].evicted = 1000
    generations[.file, 1].evicted = 100
    generations[.file, 1].refaulted = 63
    #expect(generations.lastTier(.file) == 3)
    // 64 of 100 beside none of 1,000.
    generations[.file, 1].refaulted = 64
    #expect(generations.lastTier(.file) == 0)
    // Until 64·(1,000 + 64)·2 is no more than (n + 1)·100·3.
    generations[.file, 0].refaulted = 452
    #expect(generations.lastTier(.file) == 0)
    generations[.file, 0].refaulted = 453
    #expect(generations.lastTier(.file) == 3)
    // Half of it is left with the next generation.
    generations.retire(.file)
    #expect(generations[.file, 1].pastRefaulted == 32)
    #expect(generations[.file, 1].refaulted == 0)
    #expect(generations[.file] == 1)
  }

  @Test("The kind that comes back less is evicted, and swappiness weighs")
  func kinds() {
    var generations = PageGenerations()
    #expect(generations.kindToScan(swappiness: 60).kind == .file)
    generations[.file, 0].evicted = 1000
    generations[.file, 0].refaulted = 500
    generations[.anon, 0].evicted = 1000
    generations[.anon, 0].refaulted = 10
    #expect(generations.kindToScan(swappiness: 60).kind == .anon)
    generations[.anon, 0].refaulted = 500
    // Equally often: files at 60, memory at 140.
    #expect(generations.kindToScan(swappiness: 60).kind == .file)
    #expect(generations.kindToScan(swappiness: 140).kind == .anon)
  }

  @Test("Tiers are the logarithm of accesses")
  func logarithm() {
    #expect((0...4).map(PageReclaimer.tier) == [0, 1, 2, 2, 3])
  }
}
