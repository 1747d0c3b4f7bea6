import Guests
import Paging
import Studies
import Testing

@Suite("Studies of translation")
struct TranslationStudyTests {
  private static let kilo4: UInt64 = 4 << 10
  private static let mega2: UInt64 = 2 << 20

  /// A core whose one TLB has so many entries, the least recently used one replaced.
  private func core(_ isa: ISA, lines: Int, sizes: [UInt64] = [kilo4, mega2]) -> CoreModel {
    var core = CoreModel("test", "a test's core", isa)
    core.data = [CoreModel.TLB(CacheShape(lines), pageSizes: sizes, .assumed("a test"))]
    return core
  }

  private func run(
    _ study: TranslationStudy, _ pages: PagePair, _ workload: Workload, _ count: Int
  ) throws -> TranslationOutcome {
    let start: UInt64 = 1 << 36
    let machine = try study.machine(pages, bytes: workload.footprintBytes)
    try machine.map(GuestVirtual(start), bytes: workload.footprintBytes)
    var stream = try AccessStream(workload)
    let accesses = (0..<count).map { _ in
      let access = stream.next()
      return TraceAccess(GuestVirtual(start + access.offset), access.isWrite ? .write : .read)
    }
    try machine.make(accesses, onDemand: false)
    return machine.outcome
  }

  @Test(
    "Without any cache every access takes the walk of the formula",
    arguments: [
      (.x86Level4, .ept4, 4096, 4096, 24), (.x86Level4, .npt4, 4096, 2 << 20, 19),
      (.x86Level4, .ept4, 2 << 20, 2 << 20, 15), (.x86Level5, .ept5, 4096, 4096, 35),
      (.x86Level4, .ept4, 1 << 30, 1 << 30, 8), (.sv39, .sv39x4, 4096, 4096, 15),
      (.arm4K, .arm4K, 4096, 2 << 20, 19), (.x86Level4, .ept4, 4096, 0, 4),
      (.x86Level4, .ept4, 2 << 20, 0, 3),
    ] as [(GuestFormat, HostFormat, UInt64, UInt64, Int)])
  func uncached(
    guest: GuestFormat, host: HostFormat, guestPage: UInt64, hostPage: UInt64, reads: Int
  ) throws {
    let study = TranslationStudy(
      CoreModel("none", "no TLB", guest.isa), guest: guest, host: host)
    let pages = PagePair(guest: guestPage, host: hostPage == 0 ? nil : hostPage)
    let workload = Workload(.random, footprintBytes: 1 << 24, writePercent: 50)
    let outcome = try run(study, pages, workload, 200)
    #expect(outcome.uncachedReads == reads)
    #expect(outcome.accesses == 200)
    #expect(outcome.misses == 200)
    #expect(outcome.reads == 200 * reads)
    #expect(outcome.readsByCache.reduce(0, +) == outcome.reads)
  }

  @Test("Below its reach a TLB misses each page once; above it, a scan misses each page each time")
  func reach() throws {
    let study = TranslationStudy(core(.x86, lines: 16), guest: .x86Level4, host: .ept4)
    let pages = PagePair(guest: Self.kilo4, host: Self.kilo4)
    for (footprint, misses) in [(15, 15), (16, 16), (17, 170)] {
      let bytes = UInt64(footprint) * 4096
      let outcome = try run(
        study, pages, Workload(.sequential, footprintBytes: bytes), 10 * footprint * 64)
      #expect(outcome.misses == misses)
      #expect(outcome.firstLevelHits == outcome.accesses - misses)
    }
  }

  @Test("Pages of 2M reach 512 times as far, and a scan misses 512 times less")
  func largePages() throws {
    let study = TranslationStudy(core(.x86, lines: 16), guest: .x86Level4, host: .ept4)
    let scan = Workload(.sequential, footprintBytes: 1 << 26, elementBytes: 4096)
    let count = 1 << 15
    let small = try run(study, PagePair(guest: Self.kilo4, host: Self.kilo4), scan, count)
    let large = try run(study, PagePair(guest: Self.mega2, host: Self.mega2), scan, count)
    #expect(small.misses == 1 << 15)
    #expect(large.misses == 1 << 6)
    #expect(small.misses == 512 * large.misses)
    // One table less to read at either stage.
    #expect(small.uncachedReads == 24)
    #expect(large.uncachedReads == 15)
  }

  @Test("A TLB entry is as large as the smaller page", arguments: [true, false])
  func smallerPage(guestIsSmall: Bool) throws {
    let study = TranslationStudy(core(.x86, lines: 16), guest: .x86Level4, host: .ept4)
    let pages = PagePair(
      guest: guestIsSmall ? Self.kilo4 : Self.mega2, host: guestIsSmall ? Self.mega2 : Self.kilo4)
    let workload = Workload(.sequential, footprintBytes: 17 * 4096, elementBytes: 4096)
    #expect(try run(study, pages, workload, 170).misses == 170)
  }

  @Test("A warm-up is made and not counted")
  func warmUp() throws {
    var study = TranslationStudy(core(.x86, lines: 16), guest: .x86Level4, host: .ept4)
    study.warmUp = 16
    let pages = PagePair(guest: Self.kilo4, host: Self.kilo4)
    let workload = Workload(.sequential, footprintBytes: 16 * 4096, elementBytes: 4096)
    let outcome = try run(study, pages, workload, 16 + 100)
    #expect(outcome.accesses == 100)
    #expect(outcome.misses == 0)
    #expect(outcome.cycles == 0)
  }

  @Test("Pages that are mapped on demand cost what mapped ones do", arguments: ISA.allCases)
  func demand(isa: ISA) throws {
    let guest: GuestFormat = isa == .x86 ? .x86Level4 : isa == .arm ? .arm4K : .sv39
    let host: HostFormat = isa == .x86 ? .ept4 : isa == .arm ? .arm4K : .sv39x4
    let study = TranslationStudy(core(isa, lines: 16), guest: guest, host: host)
    let pages = PagePair(guest: Self.kilo4, host: Self.mega2)
    let workload = Workload(.random, footprintBytes: 1 << 22, writePercent: 30)
    let known = try run(study, pages, workload, 3000)
    let machine = try study.machine(pages, bytes: nil)
    var stream = try AccessStream(workload)
    let accesses = (0..<3000).map { _ in
      TraceAccess(GuestVirtual(1 << 36 + stream.next().offset), .read)
    }
    try machine.make(accesses, onDemand: true)
    #expect(machine.outcome.misses == known.misses)
    #expect(machine.outcome.reads == known.reads)
  }

  @Test("An access across the boundary of a page is two translations")
  func crossing() throws {
    let study = TranslationStudy(core(.x86, lines: 16), guest: .x86Level4, host: .ept4)
    let machine = try study.machine(
      PagePair(guest: Self.kilo4, host: Self.kilo4), bytes: nil)
    let accesses = [
      TraceAccess(GuestVirtual(0x1ffc), bytes: 8), TraceAccess(GuestVirtual(0x1ff8), bytes: 8),
    ]
    try machine.make(accesses, onDemand: true)
    #expect(machine.outcome.accesses == 3)
    #expect(machine.outcome.misses == 2)
  }

  @Test("Tables all over the memory answer the same, over more of the hypervisor's pages")
  func placement() throws {
    var core = core(.x86, lines: 16)
    core.nested = CoreModel.NestedCache(
      CacheShape(16), pageSizes: [Self.kilo4], servesData: false, .assumed("a test"))
    let pages = PagePair(guest: Self.kilo4, host: Self.kilo4)
    let workload = Workload(.random, footprintBytes: 1 << 30)
    var study = TranslationStudy(core, guest: .x86Level4, host: .ept4)
    let compact = try run(study, pages, workload, 20_000)
    study.order = .scattered(seed: 3)
    let scattered = try run(study, pages, workload, 20_000)
    #expect(compact.misses == scattered.misses)
    #expect(compact.guestTableBytes == scattered.guestTableBytes)
    #expect(scattered.hostTableBytes > compact.hostTableBytes)
  }
}
