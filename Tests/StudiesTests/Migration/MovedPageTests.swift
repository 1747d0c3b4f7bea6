import Guests
import HostMemory
import Hypervisor
import Paging
import Simulation
import Testing

@testable import Studies

@Suite("No page is lost on the way")
struct MovedPageTests {
  /// A study that is drawn at random.
  private func study(
    _ host: HostFormat, _ mechanism: DirtyMechanism, _ random: inout SplitMix64
  ) -> MigrationStudy {
    let patterns: [WritePattern] = [
      .uniform, .sequential, .zipf(exponent: 1.1),
      .hotAndCold(hot: 100_000_000, writes: 800_000_000), .recorded([5, 900, 5, 17, 600]),
      .phases([
        WritePhase(.sequential, picoseconds: 20_000_000_000),
        WritePhase(.uniform, picoseconds: 10_000_000_000, bitsPerSecond: 0),
        WritePhase(.zipf(exponent: 0.9), picoseconds: 30_000_000_000, bytes: 1 << 20),
      ]),
    ]
    var study = MigrationStudy.small(
      host, pages: 1024 + random.below(4) * 512, patterns[Int(random.below(6))],
      megabytesPerSecond: 20 + random.below(300))
    study.usedBytes = random.below(2) == 0 ? study.memoryBytes : study.memoryBytes / 4096 / 3 * 4096
    study.processors = 1 + Int(random.below(3))
    study.backing = random.below(2) == 0 ? .small : .large
    let splittings: [LogSplitting?] = [nil, .eager, .onFault, .breaking]
    study.tracking = WriteTracking(mechanism, splitting: splittings[Int(random.below(4))])
    study.tracking.chunkBytes = 1 << (18 + random.below(4))
    study.precopy.mostRounds = 1 + Int(random.below(5))
    study.precopy.forcesSwitch = true
    study.link.findsZeroPages = random.below(2) == 0
    study.seed = random.next()
    if random.below(3) == 0 {
      study.postcopy = PostcopyPolicy()
      study.postcopy?.afterRounds = Int(random.below(3))
      study.postcopy?.hasOwnChannel = random.below(2) == 0
      study.postcopy?.prefetch = Int(random.below(8))
    }
    return study
  }

  @Test(
    "each mechanism brings every page as the guest left it",
    arguments: [HostFormat.ept4, .npt4, .arm4K, .sv48x4])
  func allThere(_ host: HostFormat) throws {
    var random = SplitMix64(seed: 11)
    for mechanism in MigrationStudy.mechanisms(host) {
      for _ in 0..<4 {
        let study = study(host, mechanism, &random)
        let outcome = try study.run()
        #expect(outcome.end != .gaveUp)
        #expect(outcome.lostPages == 0, "\(study)")
      }
    }
  }

  @Test("what goes wrong is noticed", arguments: [MigrationDefect.forgetsLastLog, .clearsLate])
  func defects(_ defect: MigrationDefect) throws {
    for mechanism in MigrationStudy.mechanisms(.ept4) {
      // With manual protection a round's own start would be the late clear: it has none here.
      if defect == .clearsLate, mechanism == .initiallyAllSet { continue }
      var study = MigrationStudy.small(.ept4, .uniform, megabytesPerSecond: 100)
      study.tracking.mechanism = mechanism
      study.precopy.mostRounds = 3
      study.precopy.forcesSwitch = true
      let sound = try study.run()
      #expect(sound.lostPages == 0)
      let broken = try study.run(machine: 0, defect: defect)
      #expect(broken.lostPages > 0, "\(mechanism)")
    }
  }

  @Test(
    "a mechanism whose flushes are lost is noticed, whatever it is",
    arguments: [HostFormat.ept4, .npt4, .arm4K, .sv48x4])
  func lostFlushes(_ host: HostFormat) throws {
    for mechanism in MigrationStudy.mechanisms(host) {
      // So few pages that TLBs hold them all, each written many times in a round.
      var study = MigrationStudy.small(
        host, pages: 2048, .hotAndCold(hot: 10_000_000, writes: 1_000_000_000),
        megabytesPerSecond: 20)
      study.tracking.mechanism = mechanism
      study.precopy.downtimePicoseconds = 0
      study.precopy.mostRounds = 3
      study.precopy.forcesSwitch = true
      let sound = try study.run()
      #expect(sound.lostPages == 0)
      let broken = try study.run(machine: 0, defect: .losesFlushes)
      #expect(broken.lostPages > 0, "\(mechanism)")
    }
  }

  @Test("how many threads there are shows nowhere")
  func threads() throws {
    var study = MigrationStudy.small(.ept4, .zipf(exponent: 1), megabytesPerSecond: 200)
    study.machines = 6
    study.atOnce = 2
    let one = try study.runAll(threads: 1)
    let four = try study.runAll(threads: 4)
    #expect(one == four)
    #expect(one.machines[0] != one.machines[1])
    // Two lanes of the link.
    #expect(Array(one.starts.prefix(2)) == [0, 0])
    #expect(one.starts[2] == min(one.machines[0].total, one.machines[1].total))
  }

  @Test("what follows a guest comes whole, once, and in no more time than the link needs")
  func postcopy() throws {
    for hasOwnChannel in [false, true] {
      for backing in [FrameOrder.small, .large] {
        var study = MigrationStudy.small(.ept4, .uniform, megabytesPerSecond: 50)
        study.backing = backing
        study.processors = 2
        study.postcopy = PostcopyPolicy()
        study.postcopy?.hasOwnChannel = hasOwnChannel
        study.postcopy?.queuedBytes = 1 << 20
        let outcome = try study.run()
        let arrival = try #require(outcome.arrival)
        #expect(outcome.end == .postcopy)
        #expect(outcome.lostPages == 0)
        #expect(arrival.missing == 4096 / Int(backing.frames))
        #expect(UInt64(arrival.streamed) + arrival.requests == UInt64(arrival.missing))
        #expect(arrival.bytes == 4096 * 4104)
        #expect(arrival.requests > 0)
        // A request takes a round trip at least, and behind the queue what is in it.
        let least = 2 * study.link.latencyPicoseconds
        #expect(arrival.latencies.percentile(50).picoseconds > least)
        let queue = study.link.picoseconds(1 << 20)
        if !hasOwnChannel {
          #expect(arrival.latencies.percentile(50).picoseconds > queue)
        } else if backing == .small {
          #expect(arrival.latencies.percentile(50).picoseconds < queue)
        }
      }
    }
  }
}
