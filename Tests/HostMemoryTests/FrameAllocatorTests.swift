import HostMemory
import Testing

@Suite("Frames are handed out once, and come back")
struct FrameAllocatorTests {
  private static func found(_ frame: FrameNumber?) throws -> FrameNumber { try #require(frame) }

  @Test(
    "all of a host's frames can be had in each order, each once", arguments: FrameOrder.allCases)
  func all(_ order: FrameOrder) {
    var frames = FrameAllocator(nodeBytes: [2 << 30, 1 << 30])
    var seen: Set<UInt64> = []
    while let frame = frames.allocate(order) {
      #expect(frame.value % order.frames == 0)
      let isNew = seen.insert(frame.value).inserted
      #expect(isNew)
    }
    #expect(UInt64(seen.count) == (3 << 30) / order.bytes)
    #expect(frames.freeFrames == 0)
    for frame in seen.sorted() {
      let isFreed = frames.release(FrameNumber(frame))
      #expect(isFreed)
    }
    #expect(frames.freeFrames == 3 << 18)
    // What was handed out small is whole again.
    for _ in 0..<3 {
      let huge = frames.allocate(.huge)
      #expect(huge != nil)
    }
    let none = frames.allocate(.small)
    #expect(none == nil)
  }

  @Test("a node without frames lets the others help, and keeps its own ends")
  func nodes() throws {
    var frames = FrameAllocator(nodeBytes: [5 << 20 | 3 << 12, 1 << 30])
    #expect(frames.nodes[1].firstFrame == FrameNumber(1 << 18))
    for _ in 0..<2 {
      let large = try Self.found(frames.allocate(.large, node: 0))
      #expect(frames.node(of: large) == 0)
    }
    let away = try Self.found(frames.allocate(.large, node: 0))
    #expect(frames.node(of: away) == 1)
    #expect(frames.freeFrames(node: 0) == 256 + 3)
    for _ in 0..<259 {
      let small = try Self.found(frames.allocate(.small, node: 0))
      #expect(frames.node(of: small) == 0 && small.value < 5 * 256 + 3)
    }
    let small = try Self.found(frames.allocate(.small, node: 0))
    #expect(frames.node(of: small) == 1)
  }

  @Test("a shared run is free when its last user has gone, and its parts have as many users")
  func sharing() throws {
    var frames = FrameAllocator(nodeBytes: [1 << 30])
    let run = try Self.found(frames.allocate(.large))
    frames.share(run)
    let early = frames.release(run)
    #expect(!early)
    frames.share(run)
    frames.split(run)
    for number in UInt64(0)..<512 {
      #expect(frames.references(of: run + number) == 2)
      let first = frames.release(run + number)
      let second = frames.release(run + number)
      #expect(!first && second)
    }
    let whole = frames.allocate(.huge)
    #expect(whole != nil)
  }

  @Test("the parts of a split run are shared, marked and freed each by itself")
  func parts() throws {
    var frames = FrameAllocator(nodeBytes: [1 << 30])
    let all = frames.freeFrames
    let run = try Self.found(frames.allocate(.large))
    frames.setHoldsContent(run + 9, true)
    frames.split(run)
    frames.setHoldsContent(run + 7, true)
    for number in UInt64(0)..<512 {
      #expect(frames.references(of: run + number) == 1)
      #expect(frames.order(of: run + number) == .small)
      #expect(frames.isFree(run + number) == false)
      #expect(frames.holdsContent(run + number) == [7, 9].contains(number))
    }
    frames.share(run + 5)
    for number in UInt64(0)..<512 {
      #expect(frames.references(of: run + number) == (number == 5 ? 2 : 1))
      #expect(frames.holdsContent(run + number) == [7, 9].contains(number))
    }
    let isFreed = frames.release(run)
    #expect(isFreed)
    #expect(frames.isFree(run) == true)
    #expect(frames.isFree(run + 1) == false)
    #expect(frames.references(of: run) == 0)
    #expect(frames.references(of: run + 1) == 1)
    #expect(frames.freeFrames == all - 511)
    let again = try Self.found(frames.allocate(.small))
    #expect(again == run)
    #expect(frames.references(of: again) == 1)
    // A run that is split again after all of it came back begins anew.
    frames.release(run + 5)
    for number in UInt64(0)..<512 { frames.release(run + number) }
    #expect(frames.freeFrames == all)
    let second = try Self.found(frames.allocate(.large))
    #expect(second == run)
    #expect(frames.order(of: second) == .large)
    #expect(frames.references(of: second + 1) == 0)
    frames.split(second)
    #expect(frames.references(of: second + 1) == 1)
    #expect(frames.holdsContent(second + 3) == false)
  }

  @Test("a gigabyte is split into large runs, and each of these into small ones")
  func halves() throws {
    var frames = FrameAllocator(nodeBytes: [2 << 30])
    let all = frames.freeFrames
    let huge = try Self.found(frames.allocate(.huge))
    frames.share(huge)
    frames.split(huge)
    frames.split(huge + 512)
    #expect(frames.order(of: huge) == .large)
    #expect(frames.order(of: huge + 512) == .small)
    #expect(frames.references(of: huge + 1) == 0)
    #expect(frames.references(of: huge + 513) == 2)
    for number in UInt64(0)..<512 {
      for _ in 0..<2 {
        frames.release(huge + 512 + number)
        if number != 1 { frames.release(huge + number * 512) }
      }
    }
    #expect(frames.freeFrames == all)
  }
}
