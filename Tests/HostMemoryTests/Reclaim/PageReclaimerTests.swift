import Guests
import Testing

@testable import HostMemory

@Suite("Reclaim")
struct PageReclaimerTests {
  private static func limited(_ most: UInt64, swap: UInt64, pages: Int) -> PageReclaimer {
    var limits = MemoryGroupSettings()
    limits.max = most
    var host = HostLimits.ample
    host.swapPages = swap
    return PageReclaimer(host, pages: pages, groups: [(limits, nil)])
  }

  /// What does not add up.
  private static func problems(_ memory: borrowing PageReclaimer, groups: Int) -> [String] {
    var problems: [String] = []
    var resident = [UInt64](repeating: 0, count: groups)
    var swapped = [UInt64](repeating: 0, count: groups)
    var sizes = [Int](repeating: 0, count: groups * PageReclaimer.listStride)
    var slots: UInt64 = 0
    for page in 0..<UInt32(memory.pageCount) {
      let state = memory.states[page]
      let group = Int(memory.owners[page])
      if state.contains(.slot) { slots += 1 }
      if state.contains(.resident) {
        resident[group] += 1
        sizes[memory.listOf(page)] += 1
      } else {
        if state.contains(.slot) { swapped[group] += 1 }
        if !state.isDisjoint(with: [.mapped, .dirty, .active]) {
          problems.append("page \(page) is away and \(state.rawValue)")
        }
        if state.kind == .anon, state.contains(.shadow), !state.contains(.slot) {
          problems.append("page \(page) is lost")
        }
      }
    }
    for group in 0..<groups {
      for list in group * PageReclaimer.listStride..<(group + 1) * PageReclaimer.listStride
      where sizes[list] != memory.sizes[list] {
        problems.append("list \(list) of \(group) has another length")
      }
      let below = memory.groups[group].subtree
      if memory.usage(group) != below.reduce(0, { $0 + resident[$1] }) {
        problems.append("usage of \(group)")
      }
      if memory.swapped(group) != below.reduce(0, { $0 + swapped[$1] }) {
        problems.append("swap of \(group)")
      }
      if let most = memory.groups[group].settings.max, memory.usage(group) > most {
        problems.append("\(group) is above its limit")
      }
    }
    if slots != memory.swapUsed { problems.append("\(slots) slots, \(memory.swapUsed) noted") }
    if memory.usedFrames != resident.reduce(0, +) + memory.groups.reduce(0, { $0 + $1.tables }) {
      problems.append("frames")
    }
    return problems
  }

  @Test(
    "Nothing is lost and all adds up after every touch", arguments: 1...3,
    ReclaimPolicy.allCases)
  func random(seed: UInt64, policy: ReclaimPolicy) {
    var random = SplitMix64(seed: seed)
    var host = HostLimits(frames: 300, min: 10, low: 20, high: 30)
    host.swapPages = seed.isMultiple(of: 3) ? 60 : 500
    var first = MemoryGroupSettings()
    first.max = 150
    var second = MemoryGroupSettings()
    second.max = 100
    second.low = 40
    var third = MemoryGroupSettings()
    third.swapMax = 30
    var memory = PageReclaimer(
      host, pages: 800, groups: [(first, nil), (second, 1), (third, nil)], policy: policy)
    for group in 1...3 {
      let start = UInt32(group - 1) * 260
      memory.assign(start..<start + 160, to: group, .anon)
      memory.assign(start + 160..<start + 260, to: group, .file)
    }
    var now: UInt64 = 0
    for _ in 0..<700 {
      let page = UInt32(random.below(780))
      let isFile = page % 260 >= 160
      let touch = memory.touch(
        page, isWrite: random.below(2) == 0,
        by: isFile && random.below(2) == 0 ? .descriptor : .mapping, at: now)
      #expect(touch.at >= now)
      now = touch.at
      while memory.isKswapdAwake {
        let step = memory.kswapd(at: now)
        now = step.at
      }
      let problems = Self.problems(memory, groups: 4)
      #expect(problems == [])
      if !problems.isEmpty { return }
    }
    for group in 1...3 { memory.end(group) }
    #expect(memory.freeFrames == 300)
    #expect(memory.swapUsed == 0)
  }

  @Test("A loop over more than the limit misses each time, and each page is looked at twice")
  func loop() {
    var memory = Self.limited(1000, swap: 4000, pages: 1250)
    memory.assign(0..<1250, to: 1, .anon)
    var now: UInt64 = 0
    for _ in 0..<6 {
      for page in 0..<UInt32(1250) { now = memory.touch(page, isWrite: true, at: now).at }
    }
    let counters = memory.counters[1]
    #expect(counters.swapIns == 5 * 1250)
    #expect(counters.refaults.anon == counters.swapIns)
    #expect(counters.scanned.anon >= 2 * counters.stolen.anon)
    #expect(counters.kills == 0)
  }

  @Test("What is read from swap goes again without a write, what is written does not")
  func clean() {
    func written(isWrite: Bool) -> UInt64 {
      var memory = Self.limited(1000, swap: 8000, pages: 1250)
      memory.assign(0..<1250, to: 1, .anon)
      var now: UInt64 = 0
      for page in 0..<UInt32(1250) { now = memory.touch(page, isWrite: true, at: now).at }
      for _ in 0..<5 {
        for page in 0..<UInt32(1250) { now = memory.touch(page, isWrite: isWrite, at: now).at }
      }
      return memory.counters[1].swapOuts
    }
    #expect(written(isWrite: false) < 1400)
    #expect(written(isWrite: true) > 6000)
  }

  @Test("The balance follows swappiness, and costs")
  func balance() {
    #expect(
      [0, 60, 100, 200].map { ScanBalance(swappiness: $0).share(1000, .anon) } == [
        0, 300, 500, 1000,
      ])
    let costly = ScanBalance(swappiness: 100, anonCost: 3000, fileCost: 0)
    #expect(costly.share(1000, .anon) < 340)
    #expect(costly.share(1000, .anon) > 320)
  }

  @Test("Below memory.min nothing goes; below memory.low only in need")
  func protection() {
    func left(min: UInt64, low: UInt64) -> UInt64 {
      var kept = MemoryGroupSettings()
      kept.min = min
      kept.low = low
      var host = HostLimits(frames: 2000, min: 20, low: 40, high: 60)
      host.swapPages = 4000
      var memory = PageReclaimer(
        host, pages: 3000, groups: [(kept, nil), (MemoryGroupSettings(), nil)])
      memory.assign(0..<1000, to: 1, .anon)
      memory.assign(1000..<3000, to: 2, .anon)
      var now: UInt64 = 0
      for page in 0..<UInt32(3000) { now = memory.touch(page, isWrite: true, at: now).at }
      return memory.usage(1)
    }
    #expect(left(min: 1000, low: 0) == 1000)
    #expect(left(min: 0, low: 1000) == 1000)
    #expect(left(min: 0, low: 0) < 800)
  }

  @Test("A group above its high limit is slowed down, and more the further it is above")
  func high() {
    var limits = MemoryGroupSettings()
    limits.high = 2000
    // Without swap nothing can be taken from it.
    var memory = PageReclaimer(.ample, pages: 3000, groups: [(limits, nil)])
    memory.assign(0..<3000, to: 1, .anon)
    var penalties: [UInt64] = []
    var now: UInt64 = 0
    for page in 0..<UInt32(3000) {
      let touch = memory.touch(page, isWrite: true, at: now)
      now = touch.at
      if touch.throttled > 0 { penalties.append(touch.throttled) }
    }
    #expect(penalties.count == 1000 / 64)
    // 64 pages of 2,000, squared, times 64 s.
    #expect(penalties[0] == 65_536_000)
    #expect(zip(penalties, penalties.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(penalties.last == 2_000_000_000)
  }

  @Test("At a limit without swap the worst of the group dies, and no other")
  func limitKill() {
    var top = MemoryGroupSettings()
    top.max = 500
    var memory = PageReclaimer(
      .ample, pages: 3000,
      groups: [
        (top, nil), (MemoryGroupSettings(), 1), (MemoryGroupSettings(), 1),
        (MemoryGroupSettings(), nil),
      ])
    memory.assign(0..<1000, to: 2, .anon)
    memory.assign(1000..<2000, to: 3, .anon)
    memory.assign(2000..<3000, to: 4, .anon)
    var now: UInt64 = 0
    for page in [UInt32](2000..<3000) + [UInt32](0..<300) + [UInt32](1000..<1250) {
      now = memory.touch(page, isWrite: true, at: now).at
    }
    #expect(!given(memory.isAlive(2)))
    #expect(given(memory.isAlive(3)) && given(memory.isAlive(4)))
    #expect(given(memory.usage(4)) == 1000)
  }

  @Test("Badness is what a kill gives back, and who must not die does not")
  func badness() {
    let large = OOMBadness(residentPages: 1000, swapPages: 50, tablePages: 3)
    #expect(large.points(totalPages: 100_000) == 1053)
    var adjusted = large
    adjusted.adjustment = -5
    #expect(adjusted.points(totalPages: 100_000) == 553)
    adjusted.adjustment = -1000
    #expect(adjusted.points(totalPages: 100_000) == nil)
  }

  @Test("An adjustment weighs in thousandths of what the full group may have")
  func badnessOfGroup() throws {
    var slice = MemoryGroupSettings()
    slice.max = 10_000
    var adjusted = MemoryGroupSettings()
    adjusted.oomScoreAdjustment = 100
    var memory = PageReclaimer(
      HostLimits(frames: 1_000_000, min: 0, low: 0, high: 0), pages: 12_000,
      groups: [(slice, nil), (adjusted, 1), (MemoryGroupSettings(), 1)])
    memory.assign(0..<2000, to: 2, .anon)
    memory.assign(2000..<12_000, to: 3, .anon)
    var now: UInt64 = 0
    for page in 0..<UInt32(10_000) { now = memory.touch(page, isWrite: true, at: now).at }
    let (ofGroup, ofHost) = (memory.badness(2, in: 1), memory.badness(2))
    #expect(ofGroup == 2000 + 100 * 10)
    #expect(ofHost == 2000 + 100 * 1000)
    // The larger one dies, that the host would have spared.
    let touch = memory.touch(10_000, isWrite: true, at: now)
    let (isSpared, isDead) = (memory.isAlive(2), !memory.isAlive(3))
    #expect(touch.end == .killed && isSpared && isDead)
  }

  @Test("Of those with equal points the last dies, as in the kernel")
  func equals() {
    var slice = MemoryGroupSettings()
    slice.max = 3000
    var memory = PageReclaimer(
      HostLimits(frames: 1_000_000, min: 0, low: 0, high: 0), pages: 3100,
      groups: [
        (slice, nil), (MemoryGroupSettings(), 1), (MemoryGroupSettings(), 1),
        (MemoryGroupSettings(), 1),
      ])
    memory.assign(0..<1400, to: 2, .anon)
    memory.assign(1400..<2800, to: 3, .anon)
    memory.assign(2800..<3100, to: 4, .anon)
    var now: UInt64 = 0
    for page in 0..<UInt32(3001) {
      if page == 3000 {
        let (one, other) = (memory.badness(2, in: 1), memory.badness(3, in: 1))
        #expect(one == other)
      }
      now = memory.touch(page, isWrite: true, at: now).at
    }
    let alive = (2...4).map { memory.isAlive($0) }
    #expect(alive == [true, false, true])
  }
}
