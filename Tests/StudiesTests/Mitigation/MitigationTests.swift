import Costs
import HostMemory
import Simulation
import Studies
import Testing

@Suite("What helps against a storm")
struct MitigationTests {
  private static func figures(
    _ milliseconds: Int64, _ bytes: UInt64, _ setUp: Int64
  ) -> StormFigures {
    StormFigures(
      allReady: VirtualDuration(nanoseconds: milliseconds * 1_000_000), usedBytes: bytes,
      setUp: TotalTime(.init(nanoseconds: setUp)))
  }

  @Test("one beats another where it is nowhere worse and somewhere better")
  func beating() {
    let middle = Self.figures(10, 10, 10)
    #expect(middle.isBeaten(by: Self.figures(9, 10, 10)))
    #expect(middle.isBeaten(by: Self.figures(9, 9, 9)))
    #expect(!middle.isBeaten(by: middle))
    #expect(!middle.isBeaten(by: Self.figures(1, 1, 11)))
    #expect(!middle.isBeaten(by: Self.figures(11, 10, 9)))
  }

  @Test("each mitigation is told as the storm under its policy would be")
  func results() throws {
    let storm = try StormTests.storm(6, processors: 2)
    let outcome = try storm.run()
    let study = MitigationStudy(storm)
    let found = study.run(after: outcome, threads: 2)
    #expect(found.results.map(\.mitigation) == study.mitigations(after: outcome))
    #expect(found.results[0].mitigation.policy == StormPolicy())
    for result in found.results {
      var changed = storm
      changed.policy = result.mitigation.policy
      let expected = try changed.run()
      let figures = try result.figures.get()
      #expect(figures.allReady == expected.ready.most)
      #expect(figures.usedBytes == expected.usedBytes)
      #expect(figures.setUp == expected.setUp)
      let isPopulated = changed.policy.population != .none || changed.policy.isPassedThrough
      #expect((figures.setUp > .zero) == isPopulated)
    }
    #expect(found.results.contains { $0.mitigation.policy.backing == .huge })
    #expect(found.results.contains { $0.mitigation.policy.staggerNanoseconds > 0 })
    #expect(found.results.contains { $0.mitigation.policy.startsAtOnce == 2 })
    #expect(found.results.contains { $0.isUnbeaten })
    #expect(found.cheapest == nil)
  }

  @Test("set-up is the work of the population and nothing else")
  func setUp() throws {
    var storm = try StormTests.storm(3, processors: 4)
    #expect(try storm.run().setUp == .zero)
    storm.policy.population = .writing
    let outcome = try storm.run()
    // Everything is mapped, so that what is left of the faults' work is the set-up.
    #expect(outcome.ledger.exits == 0)
    var work = TotalTime.zero
    for share in TimeShare.allCases where share != .guest { work += outcome.shares[share] }
    let waits = outcome.shares[.lockWait] + outcome.shares[.processorWait]
    #expect(outcome.setUp == work - waits)
  }

  @Test("any number of threads gives the same", arguments: [1, 4])
  func threads(threads: Int) throws {
    let storm = try StormTests.storm(5, processors: 2)
    let outcome = try storm.run()
    let one = MitigationStudy(storm).run(after: outcome, threads: 3)
    let other = MitigationStudy(storm).run(after: outcome, threads: threads)
    #expect(
      try one.results.map { try $0.figures.get() } == other.results.map { try $0.figures.get() })
    #expect(one.results.map(\.isUnbeaten) == other.results.map(\.isUnbeaten))
  }

  @Test("the cheapest that meets the target has the least set-up, and then changes least")
  func cheapest() throws {
    let storm = try StormTests.storm(6, processors: 2)
    let outcome = try storm.run()
    var target = StormTarget()
    target.ready = VirtualDuration(nanoseconds: 3_600_000_000_000)
    // Where nothing need be done, nothing is the cheapest.
    let easy = MitigationStudy(storm, target: target).run(after: outcome, threads: 2)
    #expect(easy.cheapest == 0)
    // Faster than without any mitigation.
    target.ready = outcome.ready.most - VirtualDuration(nanoseconds: 1)
    target.percentile = 100
    let hard = MitigationStudy(storm, target: target).run(after: outcome, threads: 2)
    let place = try #require(hard.cheapest)
    let figures = try hard.results[place].figures.get()
    #expect(place > 0 && figures.misses.isEmpty)
    #expect(figures.setUp == .zero && figures.heldBack == .zero)
    // What nobody can do.
    target.ready = VirtualDuration(nanoseconds: 1)
    #expect(MitigationStudy(storm, target: target).run(after: outcome, threads: 2).cheapest == nil)
  }

  @Test("what the host can't hold has a reason in place of figures")
  func tooLarge() throws {
    var storm = try StormTests.storm(6, processors: 2)
    storm.host.memoryBytes = 200 << 20
    let outcome = try storm.run()
    let found = MitigationStudy(storm).run(after: outcome, threads: 2)
    let populated = try #require(
      found.results.first { $0.mitigation.policy.population == .writing })
    guard case .failure(.outOfMemory) = populated.figures else {
      Issue.record("six machines of 64 MiB fit into 200 MiB")
      return
    }
    #expect(!populated.isUnbeaten)
  }
}
