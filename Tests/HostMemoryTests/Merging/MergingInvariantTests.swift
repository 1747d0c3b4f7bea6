import Guests
import Testing

@testable import HostMemory

/// What must hold after every operation, whatever is written, dropped, scanned or ended.
@Suite("Invariants of merging")
struct MergingInvariantTests {
  @Test("Random operations", arguments: 1...8)
  func random(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    var settings = MergingSettings()
    settings.isSmartScan = seed.isMultiple(of: 2)
    settings.usesZeroPages = seed % 4 < 2
    settings.maxPageSharing = [2, 3, 5, 8][seed % 4]
    settings.pagesToScan = [3, 17, 64, 1000][seed / 2 % 4]
    settings.mergesAcrossNodes = seed % 3 > 0
    settings.chainsPruneMilliseconds = seed.isMultiple(of: 3) ? 0 : 100
    settings.kernel = MergingKernel(major: 6, minor: seed.isMultiple(of: 2) ? 18 : 1)
    var merger = try SamePageMerger(settings, keepsTree: seed % 5 > 1)
    // What every page must be read as, by a list that nothing but writes and drops changes.
    var expected: [Int: PageContent] = [:]
    var ranges: [MergeableRange] = []
    var now = 0
    for _ in 0..<1500 {
      switch random.below(40) {
      case 0 where ranges.count < 6:
        let isHuge = random.below(3) == 0
        let range = try merger.register(
          pages: isHuge ? 512 : Int(random.below(60)) + 1, isHuge: isHuge,
          node: UInt8(random.below(2)))
        ranges.append(range)
      case 1 where ranges.count > 3:
        let range = ranges.remove(at: Int(random.below(UInt64(ranges.count))))
        merger.end(range)
        for page in range.pages { expected[page] = nil }
      case 2:
        guard random.below(20) == 0 else { continue }
        merger.unmergeAll()
      case 3..<30:
        guard !ranges.isEmpty else { continue }
        let range = ranges[Int(random.below(UInt64(ranges.count)))]
        let page = range.firstPage + Int(random.below(UInt64(range.pageCount)))
        if random.below(8) == 0 {
          merger.drop(page)
          expected[page] = nil
        } else {
          let content = PageContent(random.below(12))
          let wasShared = merger.copy(of: page) != nil || merger.isZeroed(page)
          let outcome = merger.write(page, content)
          #expect((outcome == .copied) == wasShared)
          expected[page] = content
        }
      default:
        merger.wake(at: now)
        now += 20
      }
      let problems = Self.problems(merger, expected)
      #expect(problems == [])
      if !problems.isEmpty { return }
    }
    // Three scans of memory at rest leave no record behind that says something else.
    settings.isSmartScan = false
    try merger.change(settings)
    let end = merger.counters.fullScans + 3
    while merger.counters.fullScans < end, !ranges.isEmpty { merger.wake(at: now) }
    let counters = merger.counters
    let copies = expected.keys.sorted().compactMap { merger.copy(of: $0) }
    #expect(counters.pagesShared == Set(copies).count)
    #expect(counters.pagesSharing == copies.count - counters.pagesShared)
  }

  private static func problems(
    _ merger: borrowing SamePageMerger, _ expected: [Int: PageContent]
  ) -> [String] {
    var problems: [String] = []
    let counters = merger.counters
    var places: [PageRecord.Place: Int] = [:]
    var mappers: [Int: Int] = [:]
    var listed: [Int: Int] = [:]
    var zeroed = 0
    for page in merger.pages.indices {
      let record = merger.pages[page]
      if merger.content(of: page) != expected[page] { problems.append("content of \(page)") }
      if record.isTracked { places[record.place, default: 0] += 1 }
      if !record.isTracked, record.place != .none { problems.append("place of \(page)") }
      if record.place == .stable { listed[Int(record.link), default: 0] += 1 }
      if record.isPresent, record.mapping == .mergedZero { zeroed += 1 }
      guard let copy = merger.copy(of: page) else { continue }
      mappers[copy, default: 0] += 1
      if record.place != .stable { problems.append("\(page) is mapped and not listed") }
      if merger.copies[copy].content != record.content { problems.append("copy of \(page)") }
      if merger.copies[copy].isRemoved { problems.append("\(page) maps a copy that is gone") }
    }
    var shared = 0
    var sharing = 0
    var chained = 0
    for (number, copy) in merger.copies.enumerated() where (listed[number] ?? 0) > 0 {
      if Int(copy.length) != listed[number] { problems.append("length of copy \(number)") }
      if Int(copy.mappers) != mappers[number] ?? 0 { problems.append("mappers of \(number)") }
      if copy.isRemoved { continue }
      if Int(copy.length) > merger.settings.maxPageSharing { problems.append("limit of \(number)") }
      shared += 1
      sharing += Int(copy.length) - 1
      if copy.chain != SharedCopy.none { chained += 1 }
    }
    if counters.pagesShared != shared { problems.append("pages_shared") }
    if counters.pagesSharing != sharing { problems.append("pages_sharing") }
    if counters.pagesUnshared != places[.unstable] ?? 0 { problems.append("pages_unshared") }
    if counters.zeroPages != zeroed { problems.append("ksm_zero_pages") }
    if counters.stableNodeDups != chained { problems.append("stable_node_dups") }
    if counters.pagesVolatile < 0 { problems.append("pages_volatile") }
    let sum =
      counters.pagesShared + counters.pagesSharing + counters.pagesUnshared
      + counters.pagesVolatile
    if sum != places.values.reduce(0, +) { problems.append("sum of states") }
    return problems
  }
}
