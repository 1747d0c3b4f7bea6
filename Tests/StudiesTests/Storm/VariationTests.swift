import Costs
import Guests
import HostMemory
import Paging
import Simulation
import Testing

@testable import Studies

@Suite("Machines of one kind that differ by what is drawn")
struct VariationTests {
  /// A storm of machines that vary, on a host where they meet.
  private static func storm(
    _ count: Int, processors: Int = 3, _ change: (inout Variation) -> Void
  ) throws -> Storm {
    var variation = Variation()
    change(&variation)
    let held = try Price(2_000_000_000, source: .assumed("a test"))
    return try StormTests.storm(count, processors: processors) {
      $0.fleet[0].variation = variation
      $0.fleet[0].guest.phases[0].waitNanoseconds = 3_000_000
      $0.host.memoryBytes = 4 << 30
      $0.host.slice = VirtualDuration(nanoseconds: 400_000)
      $0.profile = $0.profile.with(.frameLock, held)
      $0.seed = 11
    }
  }

  private func expectSame(_ one: StormOutcome, _ other: StormOutcome) {
    #expect(one.ready == other.ready)
    #expect(one.ledger == other.ledger)
    #expect(one.shares == other.shares)
    #expect(one.usedBytes == other.usedBytes)
    #expect(one.frameLock == other.frameLock)
    #expect(one.setUp == other.setUp)
    #expect(one.flavours.map(\.ready) == other.flavours.map(\.ready))
    #expect(one.flavours.map(\.allTableBytes) == other.flavours.map(\.allTableBytes))
    #expect(one.flavours.map(\.kinds) == other.flavours.map(\.kinds))
  }

  @Test("factors that are drawn are spread evenly around one", arguments: [1.0, 15, 100])
  func factors(percent: Double) {
    var generator = SplitMix64(seed: 5)
    let count = 4000
    let half = percent / 100
    let drawn = (0..<count).map { _ in
      Double(Variation.factor(percent, &generator)) / Double(GuestVariant.one)
    }.sorted()
    // A uniform distribution from 1 − x to 1 + x: its mean is 1, its variance x² ÷ 3.
    let mean = drawn.reduce(0, +) / Double(count)
    let variance = drawn.reduce(0) { $0 + ($1 - 1) * ($1 - 1) } / Double(count)
    #expect((mean - 1).magnitude < 4 * half / (3 * Double(count)).squareRoot())
    #expect((variance / (half * half / 3) - 1).magnitude < 0.06)
    // Kolmogorov and Smirnov: no farther from the distribution than by chance once in a thousand times.
    var farthest = 0.0
    for (place, factor) in drawn.enumerated() {
      let expected = (factor - 1 + half) / (2 * half)
      farthest = max(farthest, (expected - Double(place) / Double(count)).magnitude)
    }
    #expect(farthest < 1.95 / Double(count).squareRoot())
    #expect(Variation.factor(0, &generator) == GuestVariant.one)
  }

  @Test("a variation of nothing changes nothing, and neither do kinds that are alike")
  func nothing() throws {
    let varied = try Self.storm(5) { $0.kinds = 3 }
    var plain = varied
    plain.fleet[0].variation = nil
    let outcome = try plain.run()
    expectSame(try varied.run(), outcome)
    // One kind is a storm of that guest: with a factor of one it is the profile's own.
    let one = try Self.storm(5) {
      $0.workPercent = 20
      $0.kinds = 1
    }
    var generator = SplitMix64(seed: SplitMix64.mix(11))
    let variant = Variation().variant(&generator)
    #expect(variant.work == GuestVariant.one)
    plain.fleet[0].guest.variant = variant
    expectSame(try plain.run(), outcome)
    let input = StormMembers(one.fleet, seed: 11).inputs[0]
    #expect(input.guest.variant?.work != GuestVariant.one)
    plain.fleet[0].guest = input.guest
    expectSame(try plain.run(), try one.run())
  }

  @Test("what is drawn of time alone leaves one machine to be counted for all")
  func times() throws {
    var storm = try Self.storm(40, processors: 40) {
      $0.launch = VirtualDuration(nanoseconds: 5_000_000)
      $0.waitPercent = 50
    }
    storm.profile = storm.profile.free(of: storm.profile.components)
    storm.host.zeroBytesPerSecond = nil
    let outcome = try storm.run()
    #expect(outcome.mode == .cohort && outcome.limits.isEmpty)
    #expect(outcome.flavours[0].kinds == 1)
    // With nothing to share, each is ready when its launch, its work and its waits are done.
    let members = StormMembers(storm.fleet, seed: storm.seed).machines
    let wait = VirtualDuration(nanoseconds: 3_000_000)
    let work = VirtualDuration(nanoseconds: 10_000_000)
    let expected = members.map { $0.delay + work + $0.waits(wait) }
    #expect(outcome.flavours[0].ready == Distribution(expected))
    #expect(Set(expected).count == 40)
    // What is told of one machine is the first one's, as it was drawn.
    #expect(outcome.flavours[0].alone == expected[0])
    #expect(outcome.flavours[0].bareMetal == expected[0])
    var raced = storm
    raced.fleet[0].processors = 2
    raced.fleet[0].active = 2
    raced.fleet[0].touches = .repeated
    let told = try raced.run().flavours[0]
    #expect(told.bareMetal == expected[0] && told.alone == told.bareMetal)
    let longest = members.map(\.delay).max() ?? .zero
    #expect(longest > VirtualDuration(nanoseconds: 4_000_000))
    #expect(longest <= VirtualDuration(nanoseconds: 5_000_000))
    var plain = storm
    plain.fleet[0].variation = nil
    #expect(try plain.run().ledger == outcome.ledger)
  }

  @Test(
    "so many kinds are counted, and all modes agree on any number of threads",
    arguments: [
      (7, 3 as Int?, Flavour.Source.fresh), (4, nil, .cachedSnapshot), (5, 2, .sharedSnapshot),
    ])
  func modes(_ given: (Int, Int?, Flavour.Source)) throws {
    let (count, kinds, source) = given
    var storm = try Self.storm(count) {
      $0.launch = VirtualDuration(nanoseconds: 700_000)
      $0.waitPercent = 30
      $0.workPercent = 20
      $0.leftOutPercent = 10
      $0.window = 8
      $0.kinds = kinds
    }
    storm.fleet[0].source = source
    storm.policy.startsAtOnce = 3
    if source == .sharedSnapshot {
      let request = try Price(90_000_000_000, source: .assumed("a test"))
      storm.profile = storm.profile.with(.storageRequest, request)
    }
    let cohort = try storm.run()
    let isCohort = kinds != nil && source != .sharedSnapshot
    #expect(cohort.mode == (isCohort ? .cohort : .everyVM))
    #expect(cohort.limits.isEmpty == isCohort)
    #expect(cohort.flavours[0].kinds == kinds ?? count)
    storm.mode = .everyVM
    let one = try storm.run(threads: 1)
    expectSame(one, cohort)
    let four = try storm.run(threads: 4)
    expectSame(four, one)
    #expect(four.series == one.series)
    storm.mode = .reference
    expectSame(try storm.run(), one)
    // The kinds differ in what they count, and another seed's do.
    let ledgers = try StormMembers(storm.fleet, seed: storm.seed).inputs.map {
      try CountedMachine($0, storm).ledger.exits
    }
    #expect(Set(ledgers).count > 1)
    storm.seed = 12
    #expect(try storm.run().ready != one.ready)
  }

  @Test("machines that race vary, too")
  func racing() throws {
    var storm = try Self.storm(3) {
      $0.launch = VirtualDuration(nanoseconds: 700_000)
      $0.workPercent = 20
      $0.leftOutPercent = 10
    }
    storm.fleet[0].processors = 2
    storm.fleet[0].active = 2
    let outcome = try storm.run()
    #expect(outcome.mode == .everyVM)
    #expect(outcome.limits.count == 2)
    #expect(outcome.flavours[0].kinds == 3)
    storm.mode = .reference
    let reference = try storm.run()
    #expect(reference.ready == outcome.ready)
    #expect(reference.ledger == outcome.ledger)
    #expect(reference.usedBytes == outcome.usedBytes)
  }

  @Test("kinds take turns among the machines, and the starts stay as they are drawn without them")
  func members() throws {
    let storm = try Self.storm(7) {
      $0.workPercent = 5
      $0.kinds = 3
    }
    let members = StormMembers(storm.fleet, seed: 1)
    #expect(members.machines.map(\.input) == [0, 1, 2, 0, 1, 2, 0])
    #expect(members.inputs.map(\.count) == [3, 2, 2])
    #expect(members.places == [0, 3, 5, 1, 4, 6, 2])
    var spread = storm
    spread.spread = VirtualDuration(nanoseconds: 1_000_000)
    var plain = spread
    plain.fleet[0].variation = nil
    #expect(StormStage(spread, count: 7).starts == StormStage(plain, count: 7).starts)
    let limit = try #require(try Self.storm(7) { $0.workPercent = 5 }.cohortLimits.first)
    #expect(limit == .variation(flavour: "small", machines: 7))
    #expect(limit.description.contains("“kinds”"))
  }
}
