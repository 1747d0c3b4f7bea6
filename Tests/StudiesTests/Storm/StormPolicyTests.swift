import Costs
import HostMemory
import Simulation
import Studies
import Testing

@Suite("What a host prepares for a storm")
struct StormPolicyTests {
  private func run(
    _ count: Int = 3, processors: Int = 2, _ change: (inout Storm) throws -> Void
  ) throws -> StormOutcome {
    var storm = try StormTests.storm(count, processors: processors)
    storm.host.memoryBytes = 4 << 30
    try change(&storm)
    return try storm.run()
  }

  @Test("the recorded pages are all that is touched, and no more than that")
  func hotSet() throws {
    let nothing = try run { _ in }
    let recorded = try run {
      $0.policy.population = .writing
      $0.policy.extent = .hotSet
    }
    #expect(recorded.ledger.exits == 0)
    let all = try run { $0.policy.population = .writing }
    #expect(recorded.setUp < all.setUp && recorded.setUp > .zero)
    // Pages that are only read have frames of their own too.
    #expect(recorded.usedBytes >= nothing.usedBytes)
    #expect(recorded.usedBytes < all.usedBytes)
  }

  @Test("a recorded set comes from storage in one request")
  func recordedFile() throws {
    func change(_ storm: inout Storm) throws {
      storm.fleet[0].source = .storedSnapshot
      storm.profile = storm.profile
        .with(.storageRequest, try Price(90_000_000_000, source: .assumed("a test")))
        .with(.storageByte, try Price(1_200_000, source: .assumed("a test")))
    }
    let faults = try run { try change(&$0) }
    let recorded = try run {
      try change(&$0)
      $0.policy.population = .process
      $0.policy.extent = .hotSet
    }
    #expect(recorded.storage.requests == 3)
    #expect(recorded.storage.bytes == faults.storage.bytes)
    // Every page still faults, and finds its page.
    #expect(recorded.ledger.faults(.missing) == faults.ledger.faults(.missing))
    #expect(recorded.ready.most * 3 < faults.ready.most)
  }

  @Test("ranges are prepared and nothing else")
  func ranges() throws {
    let outcome = try run(1) {
      $0.policy.population = .writing
      // The first 500 pages that the guest writes.
      $0.policy.extent = .ranges([256 << 12..<756 << 12])
    }
    let nothing = try run(1) { _ in }
    #expect(nothing.ledger.exits - outcome.ledger.exits == 500)
    #expect(throws: StormError.self) {
      try run(1) {
        $0.policy.population = .writing
        $0.policy.extent = .ranges([0..<1 << 40])
      }
    }
  }

  @Test(
    "threads beside the guest leave the faults that come before them, on one host or on many",
    arguments: [1, 3], [StormPolicy.Population.process, .reading, .writing])
  func background(_ threads: Int, _ population: StormPolicy.Population) throws {
    func outcome(_ mode: Storm.Mode) throws -> StormOutcome {
      try run(3, processors: 5) {
        $0.mode = mode
        $0.policy.population = population
        $0.policy.backgroundThreads = threads
        $0.host.slice = VirtualDuration(nanoseconds: 400_000)
        $0.host.zeroBytesPerSecond = 9_000_000_000
      }
    }
    let cohort = try outcome(.cohort)
    #expect(cohort.mode == .everyVM)
    #expect(cohort.limits == [.background(threads: threads)])
    let reference = try outcome(.reference)
    #expect(reference.ledger == cohort.ledger)
    #expect(reference.ready == cohort.ready)
    #expect(reference.shares == cohort.shares)
    #expect(reference.usedBytes == cohort.usedBytes)
    let before = try run(3, processors: 5) { $0.policy.population = population }
    #expect(cohort.ledger.exits >= before.ledger.exits)
    // In the end what is there is the same.
    #expect(cohort.usedBytes == before.usedBytes)
    if population == .writing {
      // A page that the guest read first is mapped once more for its write.
      let pages = UInt64(3 * (64 << 20) / 4096)
      let entries = cohort.ledger.amount(of: .installEntry)
      #expect(entries >= pages && entries <= pages + cohort.ledger.exits)
      #expect(cohort.ledger.exits > 0)
    }
  }

  @Test("a pool is taken whole, and refuses what it can't hold")
  func pool() throws {
    func outcome(_ bytes: UInt64, _ mode: Storm.Mode = .cohort) throws -> StormOutcome {
      try run {
        $0.mode = mode
        $0.policy.backing = .large
        $0.policy.poolBytes = bytes
      }
    }
    let plain = try run { $0.policy.backing = .large }
    let exact = try outcome(3 * 64 << 20)
    let wide = try outcome(1 << 30)
    #expect(exact.ledger == plain.ledger && exact.ready == plain.ready)
    let beyond = plain.usedBytes - plain.ledger.amount(of: .allocate) * (2 << 20)
    #expect(exact.usedBytes == 3 * 64 << 20 + beyond)
    #expect(wide.usedBytes == 1 << 30 + beyond)
    #expect(try outcome(1 << 30, .reference).usedBytes == wide.usedBytes)
    #expect(
      throws: StormError.poolTooSmall(flavour: "small", needed: 3 * 64 << 20, pool: 128 << 20)
    ) { try outcome(128 << 20) }
  }

  @Test("a device that is passed through pins every page, at its price")
  func passthrough() throws {
    let outcome = try run(1) { $0.policy.isPassedThrough = true }
    #expect(outcome.ledger.amount(of: .pin) == UInt64(64 << 8))
    let priced = Int64(outcome.bill.total.likely / 1000)
    let bare = outcome.flavours[0].bareMetal.picoseconds
    #expect((outcome.ready.most.picoseconds - bare - priced).magnitude <= 40_000)
    // The pages are the process's, and each still faults once at the second stage.
    #expect(outcome.ledger.faults(.permission) == 0)
    #expect(outcome.ledger.faults(.missing) > 0)
  }

  @Test("where the host has few large pages, all machines are played on it; the outcome says why")
  func largePages() throws {
    func outcome(_ bytes: UInt64?) throws -> StormOutcome {
      try run {
        $0.policy.backing = .large
        $0.host.largePageBytes = bytes
      }
    }
    let all = try outcome(nil)
    #expect(all.limits == [] && all.mode == .cohort)
    let many = try outcome(2 << 30)
    #expect(many.mode == .reference)
    #expect(many.limits == [.largePages(available: 2 << 30)])
    #expect(many.ledger == all.ledger && many.ready == all.ready)
    let few = try outcome(16 << 20)
    #expect(few.ledger.exits > all.ledger.exits * 2)
    #expect("\(few.limits[0])".contains("16 MiB"))
  }
}
