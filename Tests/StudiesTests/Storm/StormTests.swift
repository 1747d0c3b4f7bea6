import Costs
import Guests
import Paging
import Scenarios
import Simulation
import Studies
import Testing

@Suite("A storm keeps the laws")
struct StormTests {
  /// A guest of 64 MiB that works 10 ms while it touches 1,500 pages, some of them first for reading.
  static var guest: GuestProfile {
    let runs = [
      GuestPhase.Run(page: 256, count: 500, kind: .write),
      GuestPhase.Run(page: 4096, count: 500, stride: 3, kind: .read),
      GuestPhase.Run(page: 4096, count: 250, stride: 6, kind: .write, novelty: .kind),
      GuestPhase.Run(page: 9000, count: 500, kind: .fetch),
    ]
    return GuestProfile(
      "small", GuestLayout(memoryBytes: 64 << 20),
      phases: [
        GuestPhase(
          "work", .runs(runs, nanoseconds: 10_000_000), endsReady: true, source: "made up")
      ],
      mapping: GuestMapping(
        .x86Level4, base: GuestVirtual(0xffff_8880_0000_0000), pageBytes: 2 << 20))
  }

  /// A storm of small machines on a host whose processors turn for free.
  static func storm(
    _ count: Int, processors: Int, _ change: (inout Storm) -> Void = { _ in }
  ) throws -> Storm {
    let profile = try #require(ShippedProfiles.named("textbook-x86-64"))
    var storm = Storm([Flavour("small", count: count, guest, over: .ept4)], profile: profile)
    storm.host.processors = processors
    storm.host.switchCost = .zero
    storm.host.allocationBatch = 1
    change(&storm)
    return storm
  }

  @Test("one machine on an idle host takes its work, its waits and the price of its faults")
  func one() throws {
    let outcome = try Self.storm(1, processors: 4).run()
    let bare = outcome.flavours[0].bareMetal
    let priced = Int64(outcome.bill.total.likely / 1000)
    let difference = outcome.ready.most.picoseconds - bare.picoseconds - priced
    // Each component of a fault is rounded to a picosecond.
    #expect(difference.magnitude <= 12 * outcome.ledger.exits)
    #expect(outcome.ledger.exits > 1700)
    #expect(outcome.flavours[0].alone == outcome.ready.most)
  }

  @Test("identical machines on one processor take as many times as long", arguments: [2, 5])
  func oneProcessor(count: Int) throws {
    let one = try Self.storm(1, processors: 1).run()
    let all = try Self.storm(count, processors: 1).run()
    #expect(all.ready.most == one.ready.most * Int64(count))
    #expect(all.ledger.exits == one.ledger.exits * UInt64(count))
  }

  @Test("with a processor for each and nothing to share, all are ready when one alone is")
  func unlimited() throws {
    func alone(_ storm: inout Storm) {
      storm.host.zeroBytesPerSecond = nil
      storm.profile = storm.profile.free(of: [.allocate])
    }
    let one = try Self.storm(1, processors: 1, alone).run()
    let all = try Self.storm(40, processors: 40, alone).run()
    #expect(all.ready.least == one.ready.most)
    #expect(all.ready.most == one.ready.most)
    #expect(all.frameLock.contended == 0)
  }

  @Test("all time is accounted for, and work is conserved", arguments: [1, 3, 48])
  func accounts(processors: Int) throws {
    let count = 24
    let one = try Self.storm(1, processors: processors).run()
    let all = try Self.storm(count, processors: processors).run()
    var sum = TotalTime.zero
    for time in all.ready.values { sum += time }
    #expect(all.shares.total == sum)
    for share in [TimeShare.guest, .exit, .decode, .allocate, .install] {
      #expect(all.shares[share] == one.shares[share] * count)
    }
    #expect(all.committedBytes.last == UInt64(count) * (one.committedBytes.last ?? 0))
    for kind in FaultKind.allCases {
      let faults = all.series.values(of: Int(kind.rawValue)).reduce(0, +)
      #expect(faults == Int64(all.ledger.faults(kind)))
    }
  }

  @Test("more processors never make the last machine later")
  func monotone() throws {
    var last = VirtualDuration(picoseconds: .max)
    for processors in [1, 2, 3, 4, 6, 8, 12, 24] {
      let time = try Self.storm(24, processors: processors).run().ready.most
      #expect(time <= last)
      last = time
    }
  }

  /// With lines and locks that others stand in, a shorter piece of work can let somebody else go first
  /// and so hold up the last one; it is no law for storms in general, and holds for these.
  @Test("cheaper costs don't make the last machine later", arguments: [1, 3, 8])
  func cheaper(processors: Int) throws {
    var last = VirtualDuration(picoseconds: .max)
    for part: UInt64 in [4, 3, 2, 1, 0] {
      let time = try Self.storm(24, processors: processors) {
        for component in Component.allCases {
          guard let price = $0.profile[component],
            let cheaper = try? Price(price.likely / 4 * part, source: price.source)
          else { continue }
          $0.profile = $0.profile.with(component, cheaper)
        }
      }.run().ready.most
      #expect(time <= last)
      last = time
    }
  }

  @Test("no storm is faster than its bounds", arguments: [1, 3, 8, 24], [1, 63])
  func bounds(processors: Int, batch: Int) throws {
    let held = try Price(3_000_000_000, source: .assumed("a test"))
    let allocate = try Price(4_000_000_000, source: .assumed("a test"))
    let zero = try Price(200_000, source: .assumed("a test"))
    let outcome = try Self.storm(24, processors: processors) {
      $0.host.allocationBatch = batch
      $0.host.zeroBytesPerSecond = 7_000_000_000
      $0.profile = $0.profile.with(.frameLock, held).with(.allocate, allocate)
        .with(.zeroByte, zero)
    }.run()
    let last = outcome.ready.most
    // A server is busy for no longer than there is time.
    #expect(outcome.frameLock.held <= last)
    var work = TotalTime.zero
    for share in TimeShare.allCases {
      switch share {
      case .processorWait, .deviceWait, .guestWait, .startWait, .siblingWait: break
      default: work += outcome.shares[share]
      }
    }
    #expect(work <= TotalTime(last) * processors)
    #expect(last >= outcome.flavours[0].alone)
    let bytes = Int64(outcome.ledger.amount(of: .zeroByte))
    #expect(last.picoseconds >= bytes * 1000 / 7)
    // One processor has no one to share a lock or the memory with.
    if processors == 1 { #expect(outcome.frameLock.contended == 0) }
    if processors == 24, batch == 1 {
      // Taking frames is then what binds: the lock is hardly ever free.
      #expect(outcome.frameLock.contended > outcome.frameLock.acquisitions / 2)
      #expect(outcome.frameLock.held * 10 >= last * 5)
    }
  }

  @Test("only a part of what a frame takes is under the lock")
  func frameLock() throws {
    let outcome = try Self.storm(8, processors: 8) { $0.host.allocationBatch = 63 }.run()
    let held = VirtualDuration(nanoseconds: 20 * 63)
    #expect(outcome.frameLock.held == held * Int64(outcome.frameLock.acquisitions))
    // A profile that doesn't say which part has all of it there.
    let whole = try Self.storm(8, processors: 8) {
      let components = $0.profile.components.filter { $0 != .frameLock }
      var prices: [Component: Price] = [:]
      for component in components { prices[component] = $0.profile[component] }
      $0.profile = CostProfile(
        $0.profile.name, machine: "a test", architecture: $0.profile.architecture, prices: prices)
      $0.host.allocationBatch = 63
    }.run()
    #expect(whole.shares[.allocate] == outcome.shares[.allocate])
    #expect(whole.frameLock.held > outcome.frameLock.held * 100)
  }

  @Test("starts at intervals, and so many at once")
  func starts() throws {
    let one = try Self.storm(1, processors: 1).run().ready.most
    let gated = try Self.storm(6, processors: 6) { $0.policy.startsAtOnce = 2 }.run()
    #expect(gated.ready.most >= one * 3)
    #expect(gated.ready.least >= one)
    let step = VirtualDuration(nanoseconds: 200_000_000)
    let staggered = try Self.storm(6, processors: 1) {
      $0.policy.staggerNanoseconds = 200_000_000
    }.run()
    #expect(staggered.ready.values.last == one + step * 5)
    #expect(staggered.flavours[0].ready.most == one)
  }

  @Test("each depth of population leaves the faults it must")
  func population() throws {
    func faults(_ population: StormPolicy.Population) throws -> StormOutcome {
      try Self.storm(1, processors: 1) { $0.policy.population = population }.run()
    }
    let none = try faults(.none)
    let process = try faults(.process)
    // Frames are behind all pages: every page still faults once, and no longer for a copy.
    #expect(process.ledger.faults(.missing) == none.ledger.faults(.missing))
    #expect(process.ledger.faults(.permission) == 0)
    #expect(process.usedBytes > 64 << 20)
    // Pages that were only mapped for reading fault when they are written, the guest's three tables too.
    let reading = try faults(.reading)
    #expect(reading.ledger.faults(.missing) == 0)
    #expect(reading.ledger.faults(.permission) == 750 + 3)
    let writing = try faults(.writing)
    #expect(writing.ledger.exits == 0)
    for outcome in [process, reading, writing] {
      let priced = Int64(outcome.bill.total.likely / 1000)
      let bare = outcome.flavours[0].bareMetal.picoseconds
      let difference = outcome.ready.most.picoseconds - bare - priced
      #expect(difference.magnitude <= 40_000)
    }
  }

  /// The guest's three tables lie in the last pages of its memory.
  @Test("neighbours that are mapped together fault once", arguments: [(1, 3), (2, 2), (8, 1)])
  func batch(_ batch: Int, tables: Int) throws {
    let outcome = try Self.storm(1, processors: 1) {
      $0.policy.batch = batch
      $0.fleet[0].guest.phases[0].work = .runs(
        [GuestPhase.Run(page: 256, count: 512, kind: .write)], nanoseconds: 1000)
    }.run()
    #expect(outcome.ledger.faults(.missing) == UInt64(512 / batch + tables))
  }

  @Test("times that add up to more than 106 days are told, and moments beyond are refused")
  func long() throws {
    // A hundred machines, each with a wait of two days: 200 days of machines.
    let days = 172_800_000_000_000
    let outcome = try Self.storm(100, processors: 100) {
      $0.fleet[0].guest.phases[0].waitNanoseconds = UInt64(days)
    }.run()
    let wait = TotalTime(VirtualDuration(nanoseconds: Int64(days)))
    #expect(outcome.shares[.guestWait] == wait * 100)
    #expect(outcome.shares.total.picoseconds > Int128(Int64.max))
    // A hundred machines that start two days after one another: the last one half a year later.
    #expect(throws: StormError.engine(.tooLong)) {
      try Self.storm(100, processors: 100) { $0.policy.staggerNanoseconds = UInt64(days) }.run()
    }
  }

  @Test("a host without the memory says what is needed")
  func memory() throws {
    let storm = try Self.storm(100, processors: 4) { $0.host.memoryBytes = 128 << 20 }
    do {
      _ = try storm.run()
      Issue.record("the storm was run in too little memory")
    } catch StormError.outOfMemory(_, let needed, let available) {
      #expect(available == 128 << 20)
      #expect(needed > 128 << 20)
    }
  }
}

extension CostProfile {
  /// The profile with nothing to pay for some components.
  func free(of components: [Component]) -> CostProfile {
    components.reduce(self) { profile, component in
      guard let price = profile[component], let free = try? Price(0, source: price.source) else {
        return profile
      }
      return profile.with(component, free)
    }
  }
}
