import Costs
import Guests
import HostMemory
import Simulation
import Studies
import Testing

@Suite("Counting one machine of a kind is as good as playing all")
struct StormModeTests {
  /// A storm on a host where machines wait for processors, for the lock of free frames and for memory.
  private func storm(
    _ count: Int, _ processors: Int, source: Flavour.Source, backing: FrameOrder
  ) throws -> Storm {
    let request = try Price(90_000_000_000, source: .assumed("a test"))
    let byte = try Price(1_200_000, source: .assumed("a test"))
    let held = try Price(2_000_000_000, source: .assumed("a test"))
    return try StormTests.storm(count, processors: processors) {
      $0.fleet[0].source = source
      $0.fleet.append($0.fleet[0])
      $0.fleet[1].count = 2
      $0.fleet[1].guest.phases[0].waitNanoseconds = 3_000_000
      $0.host.memoryBytes = 4 << 30
      $0.host.zeroBytesPerSecond = 9_000_000_000
      $0.host.slice = VirtualDuration(nanoseconds: 400_000)
      $0.host.switchCost = VirtualDuration(nanoseconds: 1500)
      $0.policy.backing = backing
      // The lock of free frames is held for most of what a frame takes, so that machines wait for it.
      $0.profile = $0.profile.with(.storageRequest, request).with(.storageByte, byte)
        .with(.frameLock, held)
      $0.host.storageDepth = 4
    }
  }

  @Test("the same on any number of threads", arguments: [2, 4])
  func threads(_ threads: Int) throws {
    var storm = try storm(9, 3, source: .fresh, backing: .small)
    storm.mode = .everyVM
    let one = try storm.run(threads: 1)
    let several = try storm.run(threads: threads)
    #expect(several.ledger == one.ledger)
    #expect(several.ready == one.ready)
    #expect(several.shares == one.shares)
    #expect(several.series == one.series)
    #expect(several.frameLock == one.frameLock)
  }

  @Test(
    "every count and every time is the same in all modes",
    arguments: [
      (1, 1, Flavour.Source.fresh, FrameOrder.small), (6, 2, .fresh, .small),
      (14, 5, .fresh, .small), (6, 3, .fresh, .large), (5, 2, .cachedSnapshot, .small),
      (6, 2, .storedSnapshot, .small),
    ])
  func modes(
    _ count: Int, _ processors: Int, _ source: Flavour.Source, _ backing: FrameOrder
  ) throws {
    var storm = try storm(count, processors, source: source, backing: backing)
    if source == .cachedSnapshot { storm.policy.population = .reading }
    let cohort = try storm.run()
    storm.mode = .everyVM
    let everyVM = try storm.run()
    storm.mode = .reference
    let reference = try storm.run()
    #expect(everyVM.ledger == cohort.ledger)
    #expect(reference.ledger == cohort.ledger)
    #expect(everyVM.usedBytes == cohort.usedBytes)
    #expect(reference.usedBytes == cohort.usedBytes)
    #expect(everyVM.ready == cohort.ready)
    #expect(everyVM.shares == cohort.shares)
    #expect(reference.ready == cohort.ready)
    #expect(reference.shares == cohort.shares)
    // What a piece of computing notes may be noted up to its length later.
    let mine = cohort.series.values(of: 1).reduce(0, +)
    #expect(reference.series.values(of: 1).reduce(0, +) == mine)
    #expect(reference.frameLock == cohort.frameLock)
    if count > 5, processors > 2, backing == .small { #expect(cohort.frameLock.contended > 1000) }
    #expect(reference.storage == cohort.storage)
  }
}
