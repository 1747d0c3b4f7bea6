import Testing

@testable import HostMemory

@Suite("Smart scan")
struct SmartScanTests {
  @Test("A page is passed over 1, 2, 4 or 8 times by its age")
  func ladder() {
    let skips = (0...UInt8.max).map { SmartScan.skips(atAge: $0) }
    #expect(skips[...3].allSatisfy { $0 == 1 })
    #expect(skips[4...5].allSatisfy { $0 == 2 })
    #expect(skips[6...8].allSatisfy { $0 == 4 })
    #expect(skips[9...].allSatisfy { $0 == 8 })
  }

  /// Ages 0 to 2 are visited; 3 is, and lets one scan pass; 5 two; 8 four; 13 and all later ones eight.
  @Test("A lone page is visited in just these scans of the first fifty")
  func visits() throws {
    var settings = MergingSettings()
    settings.pagesToScan = 10
    var memory = try MixedMemory(settings, pages: 1)
    memory.merger.write(0, PageContent(1))
    var visited: [Int] = []
    for scan in 0..<50 {
      let before = memory.merger.counters.pagesScanned
      memory.scan()
      if memory.merger.counters.pagesScanned > before { visited.append(scan) }
    }
    #expect(visited == [0, 1, 2, 3, 5, 8, 13, 22, 31, 40, 49])
    let counters = memory.merger.counters
    #expect(Int(counters.pagesSkipped) == 50 - visited.count)
  }

  @Test("A page that is passed over leaves its set, and merged pages never are")
  func merged() throws {
    var settings = MergingSettings()
    settings.pagesToScan = 10
    var memory = try MixedMemory(settings, pages: 3)
    memory.merger.write(0, PageContent(1))
    memory.merger.write(1, PageContent(1))
    memory.merger.write(2, PageContent(2))
    memory.scan(4)
    var counters = memory.merger.counters
    #expect(counters.pagesUnshared == 1)
    memory.scan()
    counters = memory.merger.counters
    #expect(counters.pagesUnshared == 0)
    #expect(counters.pagesVolatile == 1)
    #expect(counters.pagesSkipped == 1)
    #expect(counters.pagesSharing == 1)
  }

  @Test("A kernel without smart scan visits every page")
  func older() throws {
    var settings = MergingSettings()
    settings.kernel = MergingKernel(major: 6, minor: 6)
    var memory = try MixedMemory(settings, pages: 1)
    memory.merger.write(0, PageContent(1))
    memory.scan(20)
    let counters = memory.merger.counters
    #expect(counters.pagesScanned == 20)
  }
}
