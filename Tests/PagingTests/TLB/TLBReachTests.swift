import Testing

@testable import Paging

@Suite("What TLBs reach")
struct TLBReachTests {
  /// The misses of `rounds` scans over pages of which `counts` fall into each set: a set that has room
  /// for its pages misses each once, and one that has not misses each every time.
  private func closedForm(_ counts: [Int], ways: Int, rounds: Int) -> Int {
    counts.reduce(0) { $0 + ($1 <= ways ? $1 : $1 * rounds) }
  }

  @Test(
    "Scans below, at and above the reach of a fully associative TLB",
    arguments: [1, 15, 16, 17, 40])
  func fullyAssociative(pages: Int) throws {
    let rounds = 5
    var program = try FlatGuest(.plain(CacheShape(16)), bytes: 64 * 4096)
    try program.scan(pages, rounds: rounds)
    let counters = program.caches.counters
    #expect(counters.misses == closedForm([pages], ways: 16, rounds: rounds))
    #expect(counters.lookups == pages * rounds)
    #expect(counters.reads == 4 * counters.misses)
    #expect(counters.readsSaved == 4 * (counters.lookups - counters.misses))
  }

  @Test(
    "Scans over sets, with strides that use only some of them",
    arguments: [1, 2, 3, 4, 5, 8, 16, 24], [7, 16, 17, 32, 33, 64])
  func strides(stride: Int, pages: Int) throws {
    let shape = CacheShape(32, ways: 4)
    let rounds = 4
    var program = try FlatGuest(.plain(shape), bytes: UInt64(stride * pages) * 4096)
    try program.scan(pages, stride: UInt64(stride) * 4096, rounds: rounds)
    var counts = Array(repeating: 0, count: shape.sets)
    for page in 0..<pages { counts[page * stride % shape.sets] += 1 }
    #expect(program.caches.counters.misses == closedForm(counts, ways: 4, rounds: rounds))
    // A power of two as stride leaves but one set in so many.
    if shape.sets % stride == 0, pages >= shape.sets / stride {
      #expect(counts.filter { $0 > 0 }.count == shape.sets / stride)
    }
  }

  @Test("What the second level has room for, it answers", arguments: [16, 17, 64, 65])
  func secondLevel(pages: Int) throws {
    let rounds = 6
    var program = try FlatGuest(.plain(CacheShape(16), CacheShape(64)), bytes: 128 * 4096)
    try program.scan(pages, rounds: rounds)
    let counters = program.caches.counters
    let firstMisses = closedForm([pages], ways: 16, rounds: rounds)
    let misses = closedForm([pages], ways: 64, rounds: rounds)
    #expect(counters.misses == misses)
    #expect(counters.secondLevelHits == firstMisses - misses)
    #expect(counters.firstLevelHits == pages * rounds - firstMisses)
    #expect(counters.reads == 4 * misses)
  }

  @Test("Mixing the bits above into a set's number spreads what would share a set")
  func mixedSets() throws {
    var core = CoreModel.plain(CacheShape(64, ways: 4))
    var plain = try FlatGuest(core, bytes: 16 * 16 * 4096)
    try plain.scan(16, stride: 16 * 4096, rounds: 3)
    // Sixteen pages in one set of four lines.
    #expect(plain.caches.counters.misses == 48)
    core.data[0].shape.mixesSets = true
    var mixed = try FlatGuest(core, bytes: 16 * 16 * 4096)
    try mixed.scan(16, stride: 16 * 4096, rounds: 3)
    #expect(mixed.caches.counters.misses == 16)
  }

  @Test("A TLB of 2 MiB pages reaches 512 times as far")
  func largePages() throws {
    let rounds = 3
    let cases: [(UInt64, UInt64?)] = [(4096, nil), (2 << 20, nil), (2 << 20, 2 << 20)]
    for (page, hostPage) in cases {
      for pages in [16, 17] {
        var program = try FlatGuest(
          .plain(CacheShape(16)), bytes: UInt64(pages) * page, guestPage: page, hostPage: hostPage)
        try program.scan(pages, stride: page, rounds: rounds)
        #expect(program.caches.counters.misses == (pages == 16 ? 16 : 17 * rounds))
        // The last bytes of the reach are in the page that was used last.
        #expect(try program.access(UInt64(pages) * page - 8).origin == .firstLevel)
      }
    }
  }

  @Test("2 MiB pages leave a level of each walk out: 4 and 3 reads, or 24, 19 and 15")
  func reads() throws {
    let cases: [(UInt64, UInt64?, UInt32)] = [
      (4096, nil, 4), (2 << 20, nil, 3), (1 << 30, nil, 2), (4096, 4096, 24),
      (4096, 2 << 20, 19), (2 << 20, 4096, 19), (2 << 20, 2 << 20, 15),
      // The guest's tables lie in pages of 2 MiB: two of its reads with three of EPT's each, and two
      // for the data.
      (1 << 30, 1 << 30, 10),
    ]
    for (guestPage, hostPage, reads) in cases {
      var program = try FlatGuest(
        .plain(CacheShape(4)), bytes: guestPage, guestPage: guestPage, hostPage: hostPage)
      #expect(try program.access(0).reads == reads, "\(guestPage) \(hostPage ?? 0)")
    }
  }

  @Test("The size that is cached is the smaller of both stages'")
  func fracture() throws {
    for (guestPage, hostPage) in [(2 << 20, 4096), (4096, 2 << 20)] as [(UInt64, UInt64)] {
      var program = try FlatGuest(
        .plain(CacheShape(64)), bytes: 2 << 20, guestPage: guestPage, hostPage: hostPage)
      try program.scan(32, rounds: 2)
      let counters = program.caches.counters
      #expect(counters.misses == 32)
      #expect(counters.pageHits.first { $0.pageBytes == 4096 }?.hits == 32)
      #expect(try program.access(40).pageShift == 12)
    }
    var program = try FlatGuest(
      .plain(CacheShape(64)), bytes: 1 << 30, guestPage: 1 << 30, hostPage: 2 << 20)
    try program.scan(64, stride: 1 << 19)
    #expect(program.caches.counters.misses == 16)
    #expect(try program.access(40).pageShift == 21)
  }

  @Test("An instruction for one address drops all pieces of the guest's page around it")
  func pieces() throws {
    var program = try FlatGuest(
      .plain(CacheShape(64, ways: 4)), bytes: 4 << 20, guestPage: 2 << 20, hostPage: 4096)
    try program.scan(20)
    _ = try program.access(2 << 20)
    let last = GuestVirtual(FlatGuest.start + (2 << 20) - 8)
    #expect(program.caches.apply(program.processor.flush(.invlpg(last))) == 20)
    #expect(try program.access(0).origin == .walk)
    #expect(try program.access(2 << 20).origin == .firstLevel)
  }
}
