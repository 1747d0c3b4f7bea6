import Testing

@testable import HostMemory

/// The counts that the kernel's scanner has for the same pages (Docs/Merging.md), and those of V13.
@Suite("Same-page merging")
struct SamePageMergerTests {
  private static func settings(_ change: (inout MergingSettings) -> Void = { _ in })
    -> MergingSettings
  {
    var settings = MergingSettings()
    settings.isSmartScan = false
    settings.pagesToScan = 1_000_000
    change(&settings)
    return settings
  }

  /// 1,000 zero pages, 1,000 groups of 4, a group of 1,000, 2,000 pages that are there once.
  private static func mix(_ settings: MergingSettings) throws -> MixedMemory {
    var memory = try MixedMemory(settings, pages: 8000)
    for page in 0..<1000 { memory.merger.write(page, .zero) }
    for page in 1000..<2000 { memory.merger.write(page, PageContent(9)) }
    for page in 2000..<6000 { memory.merger.write(page, PageContent(1000 + UInt64(page % 1000))) }
    for page in 6000..<8000 { memory.merger.write(page, PageContent(5000 + UInt64(page))) }
    return memory
  }

  @Test("The first scan only takes checksums, the second merges")
  func mix() throws {
    var memory = try Self.mix(Self.settings())
    memory.scan()
    var counters = memory.merger.counters
    #expect(counters.pagesVolatile == 8000)
    #expect(counters.pagesShared == 0)
    memory.scan()
    counters = memory.merger.counters
    #expect(counters.pagesShared == 1008)
    #expect(counters.pagesSharing == 4992)
    #expect(counters.pagesUnshared == 2000)
    #expect(counters.pagesVolatile == 0)
    #expect(counters.stableNodeChains == 2)
    #expect(counters.stableNodeDups == 8)
    #expect(counters.generalProfit == 4992 * 4096 - 8000 * 64)
    #expect(counters.fullScans == 2)
    #expect(counters.pagesScanned == 16_000)
    // Of a group of n, ⌈n/256⌉ copies are shared, unless one page is left over.
    #expect(counters.savedBytes == 4992 * 4096)
  }

  @Test("With 16 mappings a copy, 1,126 copies are shared")
  func smallLimit() throws {
    var memory = try Self.mix(Self.settings { $0.maxPageSharing = 16 })
    memory.scan(2)
    let counters = memory.merger.counters
    #expect(counters.pagesShared == 1126)
    #expect(counters.pagesSharing == 4874)
    #expect(counters.pagesUnshared == 2000)
  }

  @Test("Zero pages can go to the page of zeros")
  func zeroPages() throws {
    var memory = try Self.mix(Self.settings { $0.usesZeroPages = true })
    memory.scan(2)
    var counters = memory.merger.counters
    #expect(counters.pagesShared == 1004)
    #expect(counters.pagesSharing == 3996)
    #expect(counters.zeroPages == 1000)
    // The scanner learns in the next scan that it has nothing to keep of them.
    #expect(counters.pagesVolatile == 1000)
    memory.scan()
    counters = memory.merger.counters
    #expect(counters.pagesVolatile == 0)
    #expect(counters.generalProfit == 4996 * 4096 - 7000 * 64)
    let outcome = memory.merger.write(0, PageContent(77))
    #expect(outcome == .copied)
    counters = memory.merger.counters
    #expect(counters.zeroPages == 999)
  }

  @Test("256 pages that change before every scan are volatile")
  func volatile() throws {
    var memory = try MixedMemory(Self.settings(), pages: 1256)
    for page in 0..<1000 { memory.merger.write(page, PageContent(UInt64(page / 2 + 1))) }
    for scan in 0..<6 {
      for page in 1000..<1256 { memory.merger.write(page, PageContent(UInt64(page + scan * 1000))) }
      memory.scan()
    }
    let counters = memory.merger.counters
    #expect(counters.pagesVolatile == 256)
    #expect(counters.pagesShared == 500)
    #expect(counters.pagesSharing == 500)
  }

  @Test("Older kernels look in the stable set before they ask for the checksum")
  func olderOrder() throws {
    for (release, volatile) in [(1, 1), (10, 1), (11, 2), (18, 2)] {
      var memory = try MixedMemory(
        Self.settings { $0.kernel = MergingKernel(major: 6, minor: release) }, pages: 3)
      memory.merger.write(0, PageContent(1))
      memory.merger.write(1, PageContent(1))
      memory.scan(2)
      // A third page of a content that is shared, and a fourth that is fresh.
      memory.merger.write(2, PageContent(1))
      let more = try memory.merger.register(pages: 1)
      memory.merger.write(more.firstPage, PageContent(2))
      memory.scan()
      let counters = memory.merger.counters
      #expect(counters.pagesVolatile == volatile, "Linux 6.\(release)")
      #expect(counters.pagesSharing == 3 - volatile)
    }
  }

  @Test("A write to a merged page copies it and leaves the others as they are")
  func copyOnWrite() throws {
    var memory = try MixedMemory(Self.settings(), pages: 3)
    memory.merger.recordsEvents = true
    for page in 0..<3 { memory.merger.write(page, PageContent(4)) }
    memory.scan(2)
    let events = memory.merger.events
    #expect(events.isEmpty == false)
    let copy = memory.merger.copy(of: 0)
    #expect(copy != nil)
    let writes = [5, 6].map { memory.merger.write(1, PageContent($0)) }
    #expect(writes == [.copied, .own])
    let contents = [0, 1].map { memory.merger.content(of: $0) }
    #expect(contents == [PageContent(4), PageContent(6)])
    let copies = [0, 1].map { memory.merger.copy(of: $0) }
    #expect(copies == [copy, nil])
    // The counters say so when the scanner has been there.
    var counters = memory.merger.counters
    #expect(counters.pagesSharing == 2)
    memory.scan()
    counters = memory.merger.counters
    #expect(counters.pagesSharing == 1)
    #expect(counters.pagesShared == 1)
  }

  @Test("Merging breaks 2M pages; of two equal pages in one, the first pair only breaks it")
  func hugePages() throws {
    var settings = Self.settings()
    settings.kernel = MergingKernel(major: 6, minor: 11)
    var merger = try SamePageMerger(settings)
    merger.recordsEvents = true
    let range = try merger.register(pages: 1024, isHuge: true)
    for page in range.pages { merger.write(page, PageContent(UInt64(page) + 1)) }
    merger.write(range.firstPage + 1, PageContent(1))
    var memory = MixedMemory(merger)
    memory.scan(2)
    let events = memory.merger.events
    let broken = memory.merger.brokenHugePages
    #expect(broken == 1)
    #expect(events == [.broken(firstPage: 0)])
    var counters = memory.merger.counters
    #expect(counters.pagesShared == 0)
    memory.scan()
    counters = memory.merger.counters
    #expect(counters.pagesShared == 1)
    let isHuge = (memory.merger.isHuge(0), memory.merger.isHuge(512))
    #expect(isHuge == (false, true))
    #expect(throws: MergingError.brokenHugePage(pages: 5)) {
      var merger = try SamePageMerger(settings)
      _ = try merger.register(pages: 5, isHuge: true)
    }
  }

  @Test("Memory at rest has the same counts with the kernel's trees and without")
  func trees() throws {
    for limit in [2, 16, 256] {
      var counts: [MergingCounters] = []
      for keepsTree in [false, true] {
        var merger = try SamePageMerger(
          Self.settings { $0.maxPageSharing = limit }, keepsTree: keepsTree)
        let range = try merger.register(pages: 3000)
        for page in range.pages {
          merger.write(page, PageContent(UInt64(page * page % 701 * (page % 3))))
        }
        var memory = MixedMemory(merger)
        memory.scan(4)
        counts.append(memory.merger.counters)
      }
      #expect(counts[0] == counts[1])
      #expect(counts[0].pagesShared > 100)
    }
  }

  @Test("Nodes share only where merging across nodes is allowed")
  func nodes() throws {
    for (across, shared) in [(true, 1), (false, 2)] {
      var memory = try MixedMemory(Self.settings { $0.mergesAcrossNodes = across }, pages: 4)
      for page in 0..<4 {
        memory.merger.write(page, PageContent(3))
        memory.merger.setNode(page, UInt8(page & 1))
      }
      memory.scan(2)
      let counters = memory.merger.counters
      #expect(counters.pagesShared == shared)
      #expect(counters.pagesSharing == 4 - shared)
    }
  }

  @Test("Limits that copies were made under can't change while pages are shared")
  func busy() throws {
    var memory = try MixedMemory(Self.settings(), pages: 2)
    memory.merger.write(0, PageContent(3))
    memory.merger.write(1, PageContent(3))
    memory.scan(2)
    var settings = memory.merger.settings
    settings.maxPageSharing = 7
    let refused = memory.refusal(of: settings)
    #expect(refused == .busy(setting: "max_page_sharing", shared: 1))
    memory.merger.unmergeAll()
    try memory.merger.change(settings)
    let counters = memory.merger.counters
    #expect(counters.named.allSatisfy { $0.value == 0 || $0.name == "pages_scanned" })
    settings.maxPageSharing = 1
    let tooLittle = memory.refusal(of: settings)
    #expect(tooLittle == .tooLittleSharing(1))
  }

  @Test("The default pace is 5,000 pages a second, 839 s for 16 GiB, 3.3 % of a CPU")
  func pace() throws {
    let settings = MergingSettings()
    #expect(settings.pagesPerSecondAtMost == 5000)
    let seconds = Double(16 << 30) / 4096 / settings.pagesPerSecondAtMost
    #expect(seconds.rounded() == 839)
    #expect(abs(settings.cpuShareAtMost - 0.033) < 1e-12)
    #expect(settings.pagesPerSecond < 5000)

    // 25,600 equal pages, woken every 20 ms.
    var merger = try SamePageMerger(settings)
    let range = try merger.register(pages: 25_600)
    for page in range.pages { merger.write(page, PageContent(8)) }
    var now = 0
    while merger.counters.fullScans < 2 {
      merger.wake(at: now)
      now += settings.sleepMilliseconds
    }
    // Each scan has one wake-up more, which finds the end.
    #expect(now == 2 * 257 * 20)
    let counters = merger.counters
    #expect(counters.pagesScanned == 51_200)
    #expect(counters.pagesShared == 100)
    #expect(counters.pagesSharing == 25_500)
    let nanoseconds = merger.cpuNanoseconds
    #expect(nanoseconds == 51_200 * 6600)
  }
}

/// A merger with one range of memory, and time that passes between wake-ups.
struct MixedMemory: ~Copyable {
  var merger: SamePageMerger
  private var now = 0

  init(_ settings: MergingSettings, pages: Int) throws {
    var fresh = try SamePageMerger(settings)
    _ = try fresh.register(pages: pages)
    merger = fresh
  }

  init(_ merger: consuming SamePageMerger) { self.merger = merger }

  /// Why the merger refuses settings.
  mutating func refusal(of settings: MergingSettings) -> MergingError? {
    do throws(MergingError) {
      try merger.change(settings)
      return nil
    } catch {
      return error
    }
  }

  mutating func wake() {
    merger.wake(at: now)
    now += merger.settings.sleepMilliseconds
  }

  mutating func scan(_ count: Int = 1) {
    let end = merger.counters.fullScans + UInt64(count)
    while merger.counters.fullScans < end { wake() }
  }
}
