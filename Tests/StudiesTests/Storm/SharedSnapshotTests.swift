import Costs
import Guests
import HostMemory
import Paging
import Simulation
import Studies
import Testing

@Suite("Machines share a snapshot that is read once")
struct SharedSnapshotTests {
  /// What a page takes to be read: 90 us.
  private static let reading = VirtualDuration(nanoseconds: 90_000)

  /// A storm in which nothing takes time but the guests' work and reading.
  private static func storm(
    _ count: Int, _ change: (inout Storm) throws -> Void = { _ in }
  ) throws -> Storm {
    let request = try Price(90_000_000_000, source: .assumed("a test"))
    let free = try Price(0, source: .assumed("a test"))
    var storm = try StormTests.storm(count, processors: max(count, 1)) {
      $0.profile = $0.profile.free(of: $0.profile.components)
      $0.profile = $0.profile.with(.storageRequest, request).with(.storageByte, free)
        .with(.pageCache, free)
      $0.fleet[0].source = .sharedSnapshot
      $0.host.zeroBytesPerSecond = nil
      $0.host.memoryBytes = 4 << 30
    }
    try change(&storm)
    return storm
  }

  /// The pages that a machine takes from the snapshot.
  private static func pages(_ change: (inout Storm) -> Void = { _ in }) throws -> Int {
    var storm = try storm(1) { $0.fleet[0].source = .cachedSnapshot }
    change(&storm)
    return Int(try storm.run().ledger.amount(of: .pageCache))
  }

  private func expectSame(_ one: StormOutcome, _ other: StormOutcome) {
    #expect(one.ready == other.ready)
    #expect(one.ledger == other.ledger)
    #expect(one.shares == other.shares)
    #expect(one.pageCache == other.pageCache)
    #expect(one.storage == other.storage)
    #expect(one.usedBytes == other.usedBytes)
    #expect(one.frameLock == other.frameLock)
  }

  @Test("machines that start together read each page once and wait alike", arguments: [1, 2, 5])
  func together(count: Int) throws {
    let pages = try Self.pages()
    let outcome = try Self.storm(count).run(threads: 2)
    #expect(pages > 1250)
    #expect(outcome.storage.requests == pages)
    #expect(outcome.ledger.amount(of: .storageRequest) == UInt64(pages))
    #expect(outcome.ledger.amount(of: .storageByte) == UInt64(pages) * 4096)
    // Each machine waits for each page as long as its reading takes, whoever asked for it.
    let ready = outcome.flavours[0].bareMetal + Self.reading * Int64(pages)
    #expect(outcome.ready.least == ready && outcome.ready.most == ready)
    #expect(outcome.shares[.deviceWait] == TotalTime(Self.reading) * (pages * count))
    #expect(outcome.pageCache.awaited == pages * (count - 1))
    #expect(outcome.pageCache.waited == TotalTime(Self.reading) * (pages * (count - 1)))
    #expect(outcome.flavours[0].alone == ready)
    // The page cache's frames count once, beside the machines' own.
    let own = UInt64(count) * outcome.flavours[0].usedBytes
    #expect(outcome.usedBytes == own + UInt64(pages) * 4096)
    let private_ = try Self.storm(count) { $0.fleet[0].source = .storedSnapshot }.run()
    #expect(private_.storage.requests == pages * count)
    #expect(private_.usedBytes == own)
  }

  @Test("machines that start once the first has ended read nothing and wait for nothing")
  func later() throws {
    let pages = try Self.pages()
    let outcome = try Self.storm(4) { $0.policy.staggerNanoseconds = 10_000_000_000 }.run()
    #expect(outcome.storage.requests == pages)
    #expect(outcome.pageCache.found == 3 * pages && outcome.pageCache.awaited == 0)
    let bare = outcome.flavours[0].bareMetal
    #expect(outcome.flavours[0].ready.values.prefix(3).allSatisfy { $0 == bare })
    #expect(outcome.ready.values.first == bare + Self.reading * Int64(pages))
    // What is committed over time has the page cache, too.
    #expect(outcome.committedBytes.last == UInt64(5 * pages) * 4096)
  }

  @Test("two snapshots share the storage's places, one snapshot under two names of machines none")
  func snapshots() throws {
    let pages = try Self.pages()
    for (names, depth, factor) in [
      (["a", "b"], 2, 1), (["a", "b"], 1, 2), (["a", "a"], 1, 1),
    ] {
      let outcome = try Self.storm(1) {
        $0.fleet.append($0.fleet[0])
        $0.host.processors = 2
        $0.fleet[0].snapshot = names[0]
        $0.fleet[1].snapshot = names[1]
        $0.host.storageDepth = depth
      }.run()
      #expect(outcome.storage.requests == pages * Set(names).count)
      let last = outcome.flavours[0].bareMetal + Self.reading * Int64(pages * factor)
      // With work between two requests the one place of the storage is not always taken.
      if factor == 1 {
        #expect(outcome.ready.most == last)
      } else {
        #expect(outcome.ready.most > last - outcome.flavours[0].bareMetal)
        #expect(outcome.ready.most <= last)
      }
    }
  }

  @Test("the tool says why no machine is counted for others")
  func limits() throws {
    var storm = try Self.storm(3)
    let outcome = try storm.run()
    #expect(outcome.mode == .everyVM)
    #expect(outcome.limits == [.pageCache(snapshot: "small", machines: 3)])
    let text = outcome.limits.first?.description ?? ""
    #expect(text.contains("“small”") && text.contains("mode every-vm"))
    storm.fleet[0].count = 1
    let one = try storm.run()
    #expect(one.mode == .cohort && one.limits.isEmpty)
    storm.fleet[0].source = .storedSnapshot
    storm.fleet[0].count = 3
    #expect(storm.cohortLimits.isEmpty)
  }

  @Test(
    "counted one by one it is as in the reference, on any number of threads",
    arguments: [
      (5, 2, FrameOrder.small, 1), (4, 4, .small, 32), (3, 2, .large, 1), (3, 3, .small, 1),
    ])
  func modes(_ given: (Int, Int, FrameOrder, Int)) throws {
    let (count, processors, backing, block) = given
    let byte = try Price(1_200_000, source: .assumed("a test"))
    let held = try Price(2_000_000_000, source: .assumed("a test"))
    var storm = try StormTests.storm(count, processors: processors) {
      $0.fleet[0].source = .sharedSnapshot
      $0.fleet.append($0.fleet[0])
      $0.fleet[1].snapshot = "another"
      $0.fleet[1].count = 2
      $0.fleet[1].guest.phases[0].waitNanoseconds = 3_000_000
      $0.host.memoryBytes = 4 << 30
      $0.host.zeroBytesPerSecond = 9_000_000_000
      $0.host.slice = VirtualDuration(nanoseconds: 400_000)
      $0.host.switchCost = VirtualDuration(nanoseconds: 1500)
      $0.host.storageDepth = 2
      $0.host.readAroundBytes = UInt64(block) << 12
      $0.policy.backing = backing
      $0.profile = $0.profile.with(.storageByte, byte).with(.frameLock, held)
      // The last of the cases prepares part of the memory, which reads it, too.
      if processors == 3 {
        $0.policy.population = .writing
        $0.policy.extent = .ranges([0x10_0000..<0x50_0000])
      }
    }
    let request = try Price(90_000_000_000, source: .assumed("a test"))
    storm.profile = storm.profile.with(.storageRequest, request)
    storm.mode = .everyVM
    let one = try storm.run(threads: 1)
    expectSame(one, try storm.run(threads: 4))
    storm.mode = .reference
    let reference = try storm.run()
    expectSame(one, reference)
    #expect(reference.mode == .reference && reference.limits.isEmpty)
    #expect(one.pageCache.awaited > 0)
    let order = Int64(backing.bytes)
    #expect(one.pageCache.bytes % order == 0)
  }

  @Test("processors of one machine that race share what is read, too")
  func racing() throws {
    let outcome = try Self.storm(2) {
      $0.fleet[0].processors = 2
      $0.fleet[0].active = 2
      $0.fleet[0].touches = .repeated
      $0.host.processors = 4
    }.run()
    let pages = try Self.pages()
    #expect(outcome.limits.count == 2)
    #expect(outcome.storage.requests == pages)
    #expect(outcome.ledger.amount(of: .storageRequest) == UInt64(pages))
    let own = outcome.flavours[0].usedBytes * 2
    #expect(outcome.usedBytes == own + UInt64(pages) * 4096)
  }

  @Test(
    "guests of every size of whole mebibytes have tables enough",
    arguments: [107, 128, 129, 1025], [Flavour.Source.fresh, .sharedSnapshot])
  func sizes(mebibytes: UInt64, source: Flavour.Source) throws {
    let guest = try GuestPreset.microvm.profile(memoryBytes: mebibytes << 20)
    let storm = try Self.storm(1) {
      $0.fleet[0].guest = guest
      $0.fleet[0].source = source
    }
    let outcome = try storm.run()
    #expect(outcome.flavours[0].ledger.exits > 1000)
  }

  @Test("a host that has no room for the page cache is refused")
  func memory() throws {
    let outcome = try Self.storm(2).run()
    let storm = try Self.storm(2) { $0.host.memoryBytes = outcome.usedBytes - 4096 }
    #expect(
      throws: StormError.outOfMemory(
        flavour: "small", needed: outcome.usedBytes, available: outcome.usedBytes - 4096)
    ) { try storm.run() }
    let fitting = try Self.storm(2) { $0.host.memoryBytes = outcome.usedBytes }
    #expect(try fitting.run().usedBytes == outcome.usedBytes)
  }
}
