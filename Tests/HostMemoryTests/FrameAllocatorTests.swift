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
}
