import Costs
import Guests
import HostMemory
import Paging
import Simulation
import Testing

@testable import Studies

@Suite("Processors of one machine touch memory at once")
struct RacingStormTests {
  /// A guest that touches pages for writing, and works so long meanwhile.
  private static func guest(pages: UInt64, nanoseconds: UInt64 = 0) -> GuestProfile {
    GuestProfile(
      "pages", GuestLayout(memoryBytes: 64 << 20),
      phases: [
        GuestPhase(
          "work",
          .runs(
            [GuestPhase.Run(page: 256, count: pages, kind: .write)], nanoseconds: nanoseconds),
          endsReady: true, source: "made up")
      ],
      mapping: GuestMapping(
        .x86Level4, base: GuestVirtual(0xffff_8880_0000_0000), pageBytes: 2 << 20))
  }

  private static func storm(
    _ count: Int, processors: Int, racers: Int, _ change: (inout Storm) throws -> Void = { _ in }
  ) throws -> Storm {
    var storm = try StormTests.storm(count, processors: processors) {
      $0.fleet[0].processors = racers
      $0.fleet[0].active = racers
      $0.host.memoryBytes = 4 << 30
    }
    try change(&storm)
    return storm
  }

  /// What the locks and their words were waited for, each by its own account.
  private static func lockWait(_ outcome: StormOutcome) -> TotalTime {
    outcome.frameLock.waited + outcome.machineLocks.waited + outcome.machineWords.waited
      + outcome.processWords.waited
  }

  private func execution(
    _ storm: Storm, racing: Bool, inHalves: Bool = false
  ) throws -> StormExecution {
    var nobody = NoEngineObserver()
    let members = StormMembers(storm.fleet, seed: storm.seed)
    guard racing else { return try StormExecution(storm, playing: members, observer: &nobody) }
    return try StormExecution(
      storm, racing: members, onOneHost: true, inHalves: inHalves, observer: &nobody)
  }

  @Test(
    "one processor's touches in halves take what whole ones do",
    arguments: Flavour.Source.allCases, [1, 8])
  func halves(_ source: Flavour.Source, _ batch: Int) throws {
    // With a processor for each, and nothing that a machine could hold another one up with.
    let storm = try Self.storm(3, processors: 3, racers: 1) {
      let byte = try Price(1_200_000, source: .assumed("a test"))
      let request = try Price(90_000_000_000, source: .assumed("a test"))
      for component in [Component.storageByte, .networkByte] {
        $0.profile = $0.profile.with(component, byte)
      }
      for component in [Component.storageRequest, .networkRequest, .userfault, .pageCache] {
        $0.profile = $0.profile.with(component, request)
      }
      $0.profile = $0.profile.free(of: [.allocate, .frameLock])
      $0.host.zeroBytesPerSecond = nil
      $0.host.handlerThreads = 4
      $0.policy.batch = batch
      $0.fleet[0].source = source
      $0.fleet[0].count = source == .fresh || source == .cachedSnapshot ? 3 : 1
    }
    let whole = try execution(storm, racing: false)
    let halves = try execution(storm, racing: true, inHalves: true)
    // Neighbours are brought behind the lock, and half a component is rounded by itself.
    if batch == 1 {
      #expect(halves.ready == whole.ready)
      #expect(halves.shares == whole.shares)
    }
    #expect(halves.usedBytes == whole.usedBytes)
    for (one, other) in zip(halves.ledgers, whole.ledgers) {
      #expect(one.exits == other.exits && one.cascadeDepths == other.cascadeDepths)
      for event in FaultEvent.all {
        #expect(one.count(of: .fault(event)) == other.count(of: .fault(event)))
      }
      for component in Component.allCases {
        #expect(one.amount(of: component) == other.amount(of: component), "\(component)")
      }
    }
  }

  @Test("machines of one processor are played as in a storm without races, contended or not")
  func alone() throws {
    let storm = try Self.storm(7, processors: 3, racers: 1) {
      $0.host.slice = VirtualDuration(nanoseconds: 400_000)
      $0.host.switchCost = VirtualDuration(nanoseconds: 1500)
      $0.host.zeroBytesPerSecond = 9_000_000_000
    }
    let one = try execution(storm, racing: false)
    let other = try execution(storm, racing: true)
    #expect(other.ready == one.ready)
    #expect(other.shares == one.shares)
    #expect(other.frameLock == one.frameLock)
    #expect(other.ledgers == one.ledgers)
    #expect(other.machineLocks.acquisitions == 0)
  }

  @Test(
    "all machines on one host are as each on one of its own, contended or not",
    arguments: [Flavour.Touches.divided, .repeated],
    [
      (2, Flavour.Source.fresh, FrameOrder.small), (16, .fresh, .small), (3, .fresh, .large),
      (2, .cachedSnapshot, .small), (2, .storedSnapshot, .small),
    ])
  func modes(
    _ touches: Flavour.Touches, _ given: (Int, Flavour.Source, FrameOrder)
  ) throws {
    let (processors, source, backing) = given
    for path in StormPolicy.FaultPath.allCases {
      var storm = try Self.storm(3, processors: processors, racers: 4) {
        $0.fleet[0].touches = touches
        $0.fleet[0].source = source
        $0.policy.backing = backing
        $0.policy.faultPath = path
        $0.host.slice = VirtualDuration(nanoseconds: 400_000)
        $0.host.switchCost = VirtualDuration(nanoseconds: 1500)
        $0.host.zeroBytesPerSecond = 9_000_000_000
        $0.host.storageDepth = 2
        let request = try Price(90_000_000_000, source: .assumed("a test"))
        let byte = try Price(1_200_000, source: .assumed("a test"))
        let held = try Price(2_000_000_000, source: .assumed("a test"))
        $0.profile = $0.profile.with(.storageRequest, request).with(.storageByte, byte)
          .with(.frameLock, held)
      }
      storm.mode = .everyVM
      let everyVM = try storm.run()
      storm.mode = .reference
      let reference = try storm.run()
      #expect(everyVM.mode == .everyVM && reference.mode == .reference)
      #expect(reference.ledger == everyVM.ledger)
      #expect(reference.ready == everyVM.ready)
      #expect(reference.shares == everyVM.shares)
      #expect(reference.usedBytes == everyVM.usedBytes)
      #expect(reference.machineLocks == everyVM.machineLocks)
      #expect(reference.machineWords == everyVM.machineWords)
      #expect(reference.processWords == everyVM.processWords)
      #expect(everyVM.shares[.lockWait] == Self.lockWait(everyVM))
      #expect(reference.series == everyVM.series)
      // A shared lock keeps nobody waiting.
      let use = everyVM.machineLocks
      #expect(use.acquisitions > 0 && (path == .serial || use.contended == 0))
      // Work is conserved: what the guests work is dealt out, or done by each.
      let work = TotalTime(VirtualDuration(nanoseconds: 10_000_000))
      #expect(everyVM.shares[.guest] == work * (touches == .divided ? 3 : 12))
    }
  }

  @Test("processors that divide their pages never meet", arguments: [2, 5])
  func divided(racers: Int) throws {
    let storm = try Self.storm(1, processors: racers, racers: racers) {
      $0.fleet[0].guest = Self.guest(pages: 900, nanoseconds: 900_000)
    }
    let outcome = try storm.run()
    #expect(outcome.ledger.count(of: .fault(FaultEvent(.missing, .finalAccess, .spurious))) == 0)
    // The pages and the guest's own tables.
    #expect(outcome.ledger.faults(.missing) == 900 + 3)
    let one = try Self.storm(1, processors: 1, racers: 1) {
      $0.fleet[0].guest = Self.guest(pages: 900, nanoseconds: 900_000)
    }.run()
    #expect(outcome.ready.most < one.ready.most)
    #expect(outcome.usedBytes == one.usedBytes)
    #expect(outcome.flavours[0].bareMetal < one.flavours[0].bareMetal)
  }

  /// A page of which nobody has anything yet is met by all at the same moment; each round they pass the
  /// lock one behind the other, and only the first finds nothing.
  @Test("processors that all touch the same pages fault once each on every one", arguments: [2, 8])
  func repeated(racers: Int) throws {
    for path in StormPolicy.FaultPath.allCases {
      let outcome = try Self.storm(1, processors: racers, racers: racers) {
        $0.fleet[0].guest = Self.guest(pages: 400)
        $0.fleet[0].touches = .repeated
        $0.policy.faultPath = path
        $0.profile = $0.profile.free(of: [.allocate, .frameLock])
        $0.host.zeroBytesPerSecond = nil
      }.run()
      let new = outcome.ledger.count(of: .fault(FaultEvent(.missing, .finalAccess, .allocate)))
      let spurious = outcome.ledger.count(of: .fault(FaultEvent(.missing, .finalAccess, .spurious)))
      #expect(new == 400 + 3)
      #expect(spurious == UInt64(400 * (racers - 1)))
      #expect(outcome.ledger.exits == new + spurious)
    }
  }

  @Test("an exclusive lock makes the work under it a line, and a shared one does not")
  func path() throws {
    func storm(_ path: StormPolicy.FaultPath) throws -> StormOutcome {
      try Self.storm(1, processors: 16, racers: 16) {
        $0.fleet[0].guest = Self.guest(pages: 3200)
        $0.policy.faultPath = path
        // Nothing but the entry costs anything.
        let entry = try Price(1_000_000_000, source: .assumed("a test"))
        $0.profile = $0.profile.free(of: $0.profile.components).with(.installEntry, entry)
        $0.host.zeroBytesPerSecond = nil
      }.run()
    }
    let serial = try storm(.serial)
    let parallel = try storm(.parallel)
    // The tables' three pages are touched by one processor before the others run.
    #expect(serial.ready.most == VirtualDuration(nanoseconds: 3203 * 1000))
    #expect(parallel.ready.most == VirtualDuration(nanoseconds: (3 + 200) * 1000))
    #expect(serial.machineLocks.held == VirtualDuration(nanoseconds: 3200 * 1000))
  }

  /// A line's way of 100 ns and entries of 1 us: each fault brings a page, with two ways of the process's
  /// word, and makes an entry, with two of the lock's.
  @Test("the words of locks bound faults beside each other, and cost one processor nothing")
  func words() throws {
    func storm(
      _ path: StormPolicy.FaultPath, racers: Int, way: UInt64
    ) throws -> StormOutcome {
      try Self.storm(1, processors: racers, racers: racers) {
        $0.fleet[0].guest = Self.guest(pages: 3200)
        $0.policy.faultPath = path
        let entry = try Price(1_000_000_000, source: .assumed("a test"))
        $0.profile = $0.profile.free(of: $0.profile.components).with(.installEntry, entry)
          .with(.lineTransfer, try Price(way * 1_000_000, source: .assumed("a test")))
        $0.host.zeroBytesPerSecond = nil
      }.run()
    }
    for path in StormPolicy.FaultPath.allCases {
      let one = try storm(path, racers: 1, way: 100)
      #expect(one.ready.most == VirtualDuration(nanoseconds: 3203 * 1000))
      let free = try storm(path, racers: 16, way: 0)
      let paid = try storm(path, racers: 16, way: 100)
      // Who waits tries at another moment, and may read more tables before it is stopped.
      for activity in Activity.all where activity != .stoppedWalk {
        #expect(paid.ledger.count(of: activity) == free.ledger.count(of: activity))
        for component in Component.allCases {
          let (more, less) = (
            paid.ledger.amount(of: component, for: activity),
            free.ledger.amount(of: component, for: activity)
          )
          #expect(more == less, "\(component) for \(activity)")
        }
      }
      // Under one lock an entry and two ways are a line; beside each other the two ways alone are.
      let each: Int64 = path == .serial ? 1000 + 200 : 200
      let bound = VirtualDuration(nanoseconds: 3 * 1000 + 3199 * each)
      let most = paid.ready.most
      #expect(most >= bound)
      #expect(most.picoseconds * 100 <= bound.picoseconds * 102)
      let waited = paid.shares[.lockWait]
      #expect(waited > free.shares[.lockWait])
      #expect(waited == Self.lockWait(paid))
      #expect(paid.machineWords.transfers > 3199 && paid.processWords.transfers > 3199)
      #expect(one.machineWords.writes + one.processWords.writes == 0)
    }
  }

  @Test("where processors race, no machine is counted for others, and the outcome says why")
  func limits() throws {
    let storm = try Self.storm(2, processors: 4, racers: 2)
    #expect(storm.mode == .cohort)
    let outcome = try storm.run()
    #expect(outcome.mode == .everyVM)
    #expect(outcome.limits == [.racing(flavour: "small", processors: 2)])
    #expect(try Self.storm(2, processors: 4, racers: 1).run().limits == [])
  }

  @Test("a parallel fault path is a mitigation where processors race, and nowhere else")
  func mitigation() throws {
    func has(_ racers: Int) throws -> Bool {
      let storm = try Self.storm(2, processors: 4, racers: racers) {
        $0.fleet[0].guest = Self.guest(pages: 50)
      }
      return MitigationStudy(storm).mitigations(after: try storm.run())
        .contains { $0.policy.faultPath == .parallel }
    }
    #expect(try has(2))
    #expect(try !has(1))
  }
}
