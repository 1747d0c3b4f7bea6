import Simulation
import Testing

@Suite("A file's pages are read once, and waited for by all who want them")
struct PageCacheTests {
  private struct Outcome {
    var times: [ActorTimes] = []
    var use = PageCacheUse()
    var requests = 0
  }

  /// Runs actors that start so late and then each read the same pages, one after another.
  private func run(
    starts: [Int64], pages: [UInt32], order: UInt8 = 0, latency: Int64 = 100, depth: Int = 1,
    bytesPerSecond: Int64? = nil, block: Int = 1, filePages: Int = 1024
  ) throws -> Outcome {
    var engine = Engine(actors: starts.count, processors: starts.count, slice: .ns(1000))
    let device = engine.add(
      Device("disk", latency: .ns(latency), depth: depth, bytesPerSecond: bytesPerSecond))
    let cache = engine.add(PageCache("image", on: device, block: block, pages: filePages))
    var program = ListedProgram(
      starts.map { start in
        [Step.sleep(.ns(start))] + pages.map { .read(cache, PageRead(page: $0, order: order)) }
      })
    try engine.run(&program)
    var outcome = Outcome()
    outcome.times = starts.indices.map { engine.times(of: ActorNumber($0)) }
    outcome.use = engine.use(of: cache)
    outcome.requests = engine.use(of: device).requests
    return outcome
  }

  @Test("who reads together waits together, and the file is read once", arguments: [1, 2, 9])
  func together(count: Int) throws {
    let pages = 50
    let outcome = try run(
      starts: Array(repeating: 0, count: count), pages: (0..<UInt32(pages)).map { $0 })
    #expect(outcome.requests == pages)
    #expect(outcome.use.readings.count == pages)
    #expect(outcome.use.bytes == Int64(pages) * 4096)
    #expect(outcome.use.awaited == (count - 1) * pages)
    #expect(outcome.use.found == 0)
    #expect(outcome.use.waited.picoseconds == Int128((count - 1) * pages) * 100_000)
    let end = VirtualTime.ns(100 * Int64(pages))
    let done = outcome.times.allSatisfy { $0.finished == end }
    #expect(done)
  }

  @Test("who comes when all is read waits for nothing")
  func later() throws {
    let outcome = try run(starts: [0, 5000, 7000], pages: (0..<50).map { $0 })
    #expect(outcome.requests == 50)
    #expect(outcome.use.found == 100 && outcome.use.awaited == 0)
    #expect(outcome.times.map(\.onDevices) == [.ns(5000), .zero, .zero])
    #expect(outcome.times[2].finished == .ns(7000))
  }

  @Test("who comes in the middle of a reading waits for what is left of it")
  func middle() throws {
    let outcome = try run(starts: [0, 130], pages: [3, 4])
    // Page 3 is there at 100; page 4 is asked for then, and there at 200.
    #expect(outcome.use.found == 1 && outcome.use.awaited == 1)
    #expect(outcome.times[1].onDevices == .ns(70))
  }

  @Test("different pages are read beside each other as the device's depth allows")
  func depth() throws {
    for (depth, last) in [(1, Int64(400)), (2, 200), (4, 100), (64, 100)] {
      var engine = Engine(actors: 4, processors: 4, slice: .ns(1000))
      let device = engine.add(
        Device("disk", latency: .ns(100), depth: depth, bytesPerSecond: nil))
      let cache = engine.add(PageCache("image", on: device, pages: 64))
      var program = ListedProgram((0..<4).map { [.read(cache, PageRead(page: $0))] })
      try engine.run(&program)
      #expect(engine.now == .ns(last))
    }
  }

  @Test("a block is read around a missing page, as far as it is missing and the file goes")
  func blocks() throws {
    // Blocks of 8 of a file of 20 pages: 0 to 7, 8 to 15, 16 to 19.
    let outcome = try run(starts: [0], pages: [5, 2, 17, 9, 19, 8], block: 8, filePages: 20)
    let blocks: [Int64] = [32768, 16384, 32768]
    #expect(outcome.use.readings.map(\.bytes) == blocks)
    #expect(outcome.use.found == 3)
    // Who comes when the block is there finds it; a large page is one request, and a long one.
    let large = try run(starts: [0, 150], pages: [9], order: 0, block: 8, filePages: 32)
    #expect(large.use.readings.count == 1)
    let whole = try run(starts: [0], pages: [0], order: 4, bytesPerSecond: 4_096_000_000_000)
    #expect(whole.use.bytes == 65536 && whole.use.readings.count == 1)
    #expect(whole.times[0].onDevices == .ns(116))
  }

  @Test("pages far from each other, and blocks across the rows that moments lie in")
  func farApart() throws {
    // 512 GiB of pages, of which the first, the last and some around 512 are read.
    let last = UInt32(1 << 27) - 1
    let outcome = try run(
      starts: [0, 50], pages: [0, last, 511, 512, 1 << 26], filePages: 1 << 27)
    #expect(outcome.requests == 5)
    #expect(outcome.use.awaited == 5)
    // A block of 384 pages from 384 to 768 lies in two rows; a page that is there ends what is read.
    let block = try run(starts: [0], pages: [600, 500, 767, 768, 383], block: 384, filePages: 2000)
    let bytes: [Int64] = [384 * 4096, 384 * 4096, 384 * 4096]
    #expect(block.use.readings.map(\.bytes) == bytes)
    #expect(block.use.found == 2)
    let large = try run(starts: [0], pages: [0], order: 10, filePages: 4096)
    #expect(large.use.bytes == 4 << 20 && large.use.readings.count == 1)
  }
}
