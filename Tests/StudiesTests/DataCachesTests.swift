import Guests
import Testing

@testable import Studies

@Suite("Data caches of table reads")
struct DataCachesTests {
  private let latency = MemoryLatency(
    name: "test",
    caches: [
      .init("L1", bytes: 4 * 64, ways: 2, cycles: 1),
      .init("L2", bytes: 16 * 64, ways: 4, cycles: 10),
    ], memoryCycles: 100, secondLevelTLBCycles: 0, megahertz: 1000, source: "test")

  @Test(
    "A line is in memory, then in the first cache, and after two others of its set in the second")
  func levels() {
    var caches = DataCaches(latency)
    #expect(caches.read(0x1000) == 100)
    #expect(caches.read(0x103f) == 1)
    // L1 has two sets: lines 128 bytes apart share one.
    caches.touch(0x1080)
    caches.touch(0x1100)
    #expect(caches.read(0x1000) == 10)
    #expect(caches.answers == [1, 1, 1])
    caches.resetCounts()
    #expect(caches.answers == [0, 0, 0])
    #expect(caches.read(0x1000) == 1)
  }

  /// The reference keeps each set as a list of lines, the latest first.
  @Test("Random reads agree with lists of the latest lines")
  func reference() {
    var caches = DataCaches(latency)
    var first = Array(repeating: [UInt64](), count: 2)
    var second = Array(repeating: [UInt64](), count: 4)
    func meets(_ line: UInt64, _ sets: inout [[UInt64]], ways: Int) -> Bool {
      let set = Int(line) % sets.count
      let known = sets[set].contains(line)
      sets[set].removeAll { $0 == line }
      sets[set].insert(line, at: 0)
      if sets[set].count > ways { sets[set].removeLast() }
      return known
    }
    var random = SplitMix64(seed: 11)
    for _ in 0..<5000 {
      let line = random.below(24)
      let inSecond = meets(line, &second, ways: 4)
      let inFirst = meets(line, &first, ways: 2)
      #expect(caches.read(line * 64) == (inFirst ? 1 : inSecond ? 10 : 100))
    }
  }
}
