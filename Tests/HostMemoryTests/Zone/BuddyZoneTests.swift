import Guests
import Testing

@testable import HostMemory

/// The value of a call that changes its owner, which `#require` and `#expect` can't make themselves.
func found<Value>(_ value: Value?) throws -> Value { try #require(value) }

/// The value of such a call.
func given<Value>(_ value: Value) -> Value { value }

@Suite("The buddy lists of a zone")
struct BuddyZoneTests {
  private struct Use {
    var frame: FrameNumber
    var order: BlockOrder
    var type: MigrateType
  }

  /// What is wrong with a zone, by a list of uses that nothing but calls has changed.
  private static func problems(_ zone: borrowing BuddyZone, _ uses: [Use]) -> [String] {
    var problems: [String] = []
    let ends = zone.firstFrame.value + zone.frames
    var taken = [Bool](repeating: false, count: Int(ends) + 1024)
    for use in uses {
      for frame in use.frame.value..<use.frame.value + use.order.frames {
        if taken[Int(frame)] { problems.append("\(frame) is used twice") }
        taken[Int(frame)] = true
        if frame < zone.firstFrame.value || frame >= ends {
          problems.append("\(frame) is outside")
        }
      }
      if use.frame.value % use.order.frames != 0 { problems.append("\(use.frame) is not aligned") }
    }
    var free: UInt64 = 0
    var place = zone.firstFrame.value - zone.base
    let end = place + zone.frames
    let used = uses.reduce(0) { $0 + $1.order.frames }
    var found = [[UInt64]](repeating: [0, 0, 0], count: 11)
    while place < end {
      let order = zone.order(place)
      switch zone.state(place) {
      case BuddyZone.isFreeState:
        for inside in place..<place + 1 << UInt64(order)
        where taken[Int(inside + zone.base)] {
          problems.append("\(inside) is free and used")
        }
        free += 1 << UInt64(order)
        if order < 10, zone.isFree(place ^ 1 << UInt64(order), order) {
          problems.append("\(place) and its buddy of order \(order) are free and apart")
        }
        found[order][Int(zone.type(place).rawValue)] += 1
      case BuddyZone.isUsedState: break
      default: problems.append("\(place) is neither free nor used")
      }
      place += 1 << UInt64(order)
    }
    if free != zone.freeFrames || free + used != zone.frames {
      problems.append("\(free) frames are free, \(zone.freeFrames) are said to be")
    }
    for order in 0...10 {
      for type in MigrateType.allCases {
        var listed: UInt64 = 0
        var next = zone.head(order, type)
        while let place = next {
          listed += 1
          if !zone.isFree(place, order) || zone.type(place) != type {
            problems.append("\(place) is on the list of order \(order), \(type)")
          }
          next = zone.next(place)
        }
        if listed != zone.count(order, type)
          || listed != found[order][Int(type.rawValue)]
        {
          problems.append("\(listed) blocks of order \(order), \(type) are listed")
        }
      }
    }
    return problems
  }

  @Test("Nothing overlaps, all is joined and the counts are right", arguments: 1...6)
  func random(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    // Ends that are no multiple of anything.
    let first = seed.isMultiple(of: 2) ? 0 : random.below(2000)
    var zone = BuddyZone(firstFrame: FrameNumber(first), frames: 2100 + random.below(2500))
    zone.mostBoost = 2048
    var uses: [Use] = []
    let atFirst = Self.problems(zone, uses)
    #expect(atFirst == [])
    var isFilling = true
    for _ in 0..<800 {
      let allocates = random.below(4) > 0
      if allocates == isFilling {
        let order = BlockOrder(
          random.below(3) == 0 ? Int(random.below(11)) : Int(random.below(3)))
        let type = MigrateType.allCases[Int(random.below(3))]
        let hadOne = zone.hasFree(order)
        let frame = zone.allocate(order, type)
        // Without watermarks an allocation fails only where no block is as long.
        #expect((frame != nil) == hadOne)
        if let frame {
          uses.append(Use(frame: frame, order: order, type: type))
        } else {
          isFilling = false
        }
      } else if !uses.isEmpty {
        let number = Int(random.below(UInt64(uses.count)))
        zone.free(uses[number].frame)
        uses.swapAt(number, uses.count - 1)
        uses.removeLast()
      } else {
        isFilling = true
      }
      let problems = Self.problems(zone, uses)
      #expect(problems == [])
      if !problems.isEmpty { return }
    }
    for use in uses { zone.free(use.frame) }
    let inTheEnd = Self.problems(zone, [])
    #expect(inTheEnd == [])
    #expect(zone.freeFrames == zone.frames)
  }

  @Test("A fresh zone is handed out from its start, the last freed first")
  func order() throws {
    var zone = BuddyZone(frames: 4096)
    let first = zone.allocate()
    #expect(first == FrameNumber(0))
    let second = zone.allocate()
    #expect(second == FrameNumber(1))
    let third = zone.allocate()
    #expect(third == FrameNumber(2))
    // 2 joins 3, and 0 stays alone: its buddy is in use.
    zone.free(FrameNumber(2))
    #expect(given(zone.freeBlocks(BlockOrder(1), .movable)) == 1)
    zone.free(FrameNumber(0))
    #expect(given(zone.freeBlocks(.frame, .movable)) == 1)
    let again = zone.allocate()
    #expect(again == FrameNumber(0))
    zone.free(FrameNumber(0))
    zone.free(FrameNumber(1))
    #expect(given(zone.freeBlocks(.longest, .movable)) == 4)
  }

  @Test("What can't be moved takes whole pageblocks from what can")
  func stealing() throws {
    var zone = BuddyZone(frames: 4096)
    let frame = try found(zone.allocate(.frame, .unmovable))
    // The longest block there was, both its pageblocks.
    #expect(given(zone.pageblockType(of: frame)) == .unmovable)
    #expect(zone.steals == 1 && zone.fallbacks == 1)
    #expect(given(zone.freeBlocks(.pageblock, .unmovable)) == 1)
    // The next ones come from there.
    for _ in 0..<1023 {
      let next = zone.allocate(.frame, .unmovable)
      #expect(next.map { $0.value < 1024 } == true)
    }
    #expect(zone.fallbacks == 1)
  }

  @Test("A pageblock in use by the other type is left to it, and the watermarks rise")
  func mixing() throws {
    var zone = BuddyZone(frames: 1024)
    zone.mostBoost = 1024
    // All but every eighth frame of both pageblocks is in use and can be moved.
    var frames: [FrameNumber] = []
    for _ in 0..<1024 { frames.append(try found(zone.allocate())) }
    for frame in frames where frame.value % 8 == 0 { zone.free(frame) }
    let frame = try found(zone.allocate(.frame, .unmovable))
    #expect(given(zone.pageblockType(of: frame)) == .movable)
    #expect(zone.fallbacks == 1 && zone.steals == 0)
    #expect(zone.boost == 512)
    // Half of a pageblock free is enough to take it over.
    for frame in frames[512...] where frame.value % 8 != 0 && frame.value % 2 == 0 {
      zone.free(frame)
    }
    for frame in frames[512..<520] where frame.value % 8 != 0 && frame.value % 2 == 1 {
      zone.free(frame)
    }
    let second = try found(zone.allocate(BlockOrder(3), .unmovable))
    #expect(second == frames[512])
    #expect(given(zone.pageblockType(of: second)) == .unmovable)
    #expect(zone.steals == 1 && zone.boost == 1024)
  }

  @Test("One frame in a hundred keeps 2M and 1G pages away")
  func fragmentation() throws {
    var memory = ZonedMemory(nodeBytes: [2 << 30])
    var pool = HugePagePool(.huge)
    var frames: [FrameNumber] = []
    while let frame = memory.allocate(urgency: .reclaiming) { frames.append(frame) }
    for frame in frames where frame.value % 100 != 0 { memory.free(frame) }
    let free = memory.freeFrames
    #expect(free > 500_000)
    let large = memory.allocateLarge(.large)
    #expect(large == nil)
    #expect(given(pool.resize(to: 1, from: &memory)) == 0)
    #expect(given(memory.unusable(.pageblock)) > 0.9)
    for frame in frames where frame.value % 100 == 0 { memory.free(frame) }
    let unbroken = memory.allocateLarge(.large)
    let whole = try #require(unbroken)
    memory.freeLarge(whole, .large)
    #expect(given(pool.resize(to: 8, from: &memory)) == 1)
  }

  @Test("A pool keeps its promises, and gives back what nobody holds")
  func pool() throws {
    var memory = ZonedMemory(nodeBytes: [1 << 30])
    let before = memory.freeFrames
    var pool = HugePagePool(.large)
    #expect(given(pool.resize(to: 10, from: &memory)) == 10)
    #expect(memory.freeFrames == before - 5120)
    #expect(given(pool.reserve(8)))
    #expect(!given(pool.reserve(3)))
    let page = try found(pool.take())
    let others = [pool.take(isReserved: false), pool.take(isReserved: false)]
    #expect(others.allSatisfy { $0 != nil })
    let none = pool.take(isReserved: false)
    #expect(none == nil)
    #expect(given(pool.resize(to: 0, from: &memory)) == 10)
    for case let other? in others { pool.give(other) }
    pool.give(page)
    #expect(given(pool.resize(to: 0, from: &memory)) == 7)
    #expect(memory.freeFrames == before - 7 * 512)
  }
}
