import Testing

@testable import Paging

/// One named core and the size of the pages of a scan.
struct CoreScan: CustomStringConvertible, Sendable {
  let core: CoreModel
  let pageBytes: UInt64

  var description: String { "\(core.name), pages of \(pageBytes >> 10) KiB" }

  static let all = CoreModel.all.flatMap { core in
    [4096, 2 << 20].map { CoreScan(core: core, pageBytes: $0) }
  }

  /// The data TLBs of both levels that hold pages of the size.
  func shapes() throws -> (first: CacheShape, second: CacheShape) {
    (
      try #require(core.data.first { $0.pageSizes.contains(pageBytes) }).shape,
      try #require(core.second.first { $0.pageSizes.contains(pageBytes) }).shape
    )
  }
}

@Suite("What the TLBs of each named core reach")
struct CoreReachTests {
  /// What rounds of scans over pages come to.
  private struct Counts: Equatable {
    var firstLevelHits = 0
    var secondLevelHits = 0
    var misses = 0

    /// By closed form: a page whose set has no more pages than lines misses once, and one whose set has
    /// more misses in each round; what misses the first level is all that the second sees.
    ///
    /// The pages of a set of the second level must be in one set of the first.
    init(
      _ pages: Int, stride: Int, rounds: Int, _ first: CacheShape, _ second: CacheShape
    ) {
      func load(_ shape: CacheShape) -> [Int] {
        var counts = Array(repeating: 0, count: shape.sets)
        for page in 0..<pages { counts[page * stride % shape.sets] += 1 }
        return counts
      }
      let firstLoad = load(first)
      let secondLoad = load(second)
      for page in 0..<pages {
        let place = page * stride
        if firstLoad[place % first.sets] <= first.ways {
          misses += 1
          firstLevelHits += rounds - 1
        } else if secondLoad[place % second.sets] <= second.ways {
          misses += 1
          secondLevelHits += rounds - 1
        } else {
          misses += rounds
        }
      }
    }

    init(_ counters: CacheCounters) {
      firstLevelHits = counters.firstLevelHits
      secondLevelHits = counters.secondLevelHits
      misses = counters.misses
    }
  }

  @Test("Scans below, at and above each reach, and strides that alias", arguments: CoreScan.all)
  func scans(scan: CoreScan) throws {
    let (first, second) = try scan.shapes()
    // What the closed form takes for granted.
    #expect(second.sets % first.sets == 0)
    #expect(first.replacement == .lru && second.replacement == .lru)
    #expect(!first.mixesSets && !second.mixesSets)
    let rounds = 3
    for (pages, stride) in [
      (1, 1), (first.lines - 1, 1), (first.lines, 1), (first.lines + 1, 1),
      (2 * first.lines, 1), (second.lines - 1, 1), (second.lines, 1), (second.lines + 1, 1),
      (second.lines + second.sets, 1), (first.lines, 2), (first.lines, 3), (second.lines, 2),
      (second.lines / 4, 3), (first.ways, second.sets), (first.ways + 1, second.sets),
      (second.ways, second.sets), (second.ways + 1, second.sets),
      (second.ways + first.ways + 1, second.sets),
    ] {
      let expected = Counts(pages, stride: stride, rounds: rounds, first, second)
      let counters = try run(scan, pages, stride: stride, rounds: rounds)
      #expect(Counts(counters) == expected, "\(pages) pages, stride \(stride)")
      #expect(counters.lookups == pages * rounds)
    }
  }

  @Test("The reach in bytes is lines times page", arguments: CoreScan.all)
  func reach(scan: CoreScan) throws {
    let (first, second) = try scan.shapes()
    // One page after another fills all sets evenly: the reach is that of a full TLB.
    let within = try run(scan, second.lines, stride: 1, rounds: 2)
    #expect(within.misses == second.lines)
    let beyond = try run(scan, second.lines + second.sets, stride: 1, rounds: 2)
    #expect(beyond.misses == 2 * (second.lines + second.sets))
    let small = try run(scan, first.lines, stride: 1, rounds: 2)
    #expect(small.firstLevelHits == first.lines)
  }

  /// Reads pages of a program without a hypervisor, in rounds.
  private func run(
    _ scan: CoreScan, _ pages: Int, stride: Int, rounds: Int
  ) throws -> CacheCounters {
    let formats: [ISA: GuestFormat] = [.x86: .x86Level4, .arm: .arm4K, .riscv: .sv48]
    let format = try #require(formats[scan.core.isa])
    let start: UInt64 = 1 << 40
    var memory = try PhysicalMemory(bytes: 32 << 20)
    var guest = try GuestTables(
      format, at: GuestPhysical(0), bytes: 32 << 20, placed: .identity, in: &memory)
    let step = UInt64(stride) * scan.pageBytes
    for page in 0..<UInt64(pages) {
      try guest.map(
        GuestVirtual(start + page * step), bytes: scan.pageBytes,
        to: GuestPhysical(page * scan.pageBytes), .readWrite, pageBytes: scan.pageBytes,
        in: &memory)
    }
    var caches = TranslationCaches(scan.core)
    func read<P: Processor & ~Copyable>(_ processor: borrowing P) throws {
      for _ in 0..<rounds {
        for page in 0..<UInt64(pages) {
          _ = try processor.translate(
            GuestVirtual(start + page * step), .read, in: &memory, through: &caches)
        }
      }
    }
    switch scan.core.isa {
    case .x86: try read(X86Processor(X86Registers(guest: guest.root, host: nil)))
    case .arm: try read(ArmProcessor(ArmRegisters(guest: guest.root, host: nil)))
    case .riscv: try read(RISCVProcessor(RISCVRegisters(guest: guest.root, host: nil)))
    }
    return caches.counters
  }
}
