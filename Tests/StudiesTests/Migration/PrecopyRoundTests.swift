import Costs
import HostMemory
import Hypervisor
import Paging
import Testing

@testable import Studies

@Suite("Rounds of pre-copy follow from rates")
struct PrecopyRoundTests {
  @Test(
    "at a constant rate of new pages each round is the part of the one before that the rates say",
    arguments: [HostFormat.ept4, .npt4, .arm4K, .sv48x4])
  func geometric(_ host: HostFormat) throws {
    // One page after the other, so many that none comes twice in a round.
    var study = MigrationStudy.small(host, pages: 1 << 15, .sequential, megabytesPerSecond: 60)
    study.link.bitsPerSecond = 1_000_000_000
    study.link.findsZeroPages = false
    study.precopy.downtimePicoseconds = 300_000_000
    study.watchedPicoseconds = 0
    // Who reads the log must not keep faults waiting.
    study.tracking.lock = .shared
    let outcome = try study.run()
    #expect(outcome.end == .converged)
    #expect(outcome.rounds.count > 4)
    // From one write to the next: what the writer takes, and the fault that each of them is.
    let faults = outcome.ledger.faults(.permission)
    let cost = outcome.bill.cost(of: FaultKind.permission).likely
    let interval: Int64 = 4096 * 1_000_000 / 60
    let period = interval + Int64((cost / UInt128(faults) + 500) / 1000)
    #expect(outcome.writes == faults)
    var pages = 1 << 15
    var collected = outcome.setup
    var written: Int64 = 0
    for round in outcome.rounds {
      #expect(round.pages == pages)
      // 4,104 bytes of each page at 125 bytes a microsecond.
      #expect(round.sending == Int64(pages) * 4104 * 8000)
      collected += round.sending
      // The first write is at the start.
      let all = (collected + period - 1) / period
      #expect(Int64(round.dirtied) == all - written)
      written = all
      pages = round.dirtied
      collected += round.logging
    }
    // So the rounds shrink by the ratio of both rates, but for what the log takes and a page.
    let ratio = 4104.0 * 8000 / Double(period)
    for (one, next) in zip(outcome.rounds, outcome.rounds.dropFirst()) {
      let log = Double(one.logging) / Double(period)
      #expect(abs(Double(next.dirtied) - Double(next.pages) * ratio - log) <= 1)
    }
  }

  @Test("what is tracked by small pages is as many faults as pages, whatever backs them")
  func faults() throws {
    for backing in [FrameOrder.small, .large] {
      for splitting in [LogSplitting.eager, .onFault] {
        var study = MigrationStudy.small(.ept4, .sequential, megabytesPerSecond: 40)
        study.backing = backing
        study.tracking.splitting = splitting
        let outcome = try study.run()
        let logged = outcome.rounds.reduce(0) { $0 + $1.dirtied }
        let last = try #require(outcome.last)
        #expect(outcome.ledger.exits == UInt64(logged) + last.faults + outcome.notCollected)
      }
    }
  }

  @Test("a large page that was not split is sent whole for one write")
  func whole() throws {
    var study = MigrationStudy.small(.ept4, .uniform, megabytesPerSecond: 1)
    study.backing = .large
    study.tracking = WriteTracking(.flags, splitting: .onFault)
    study.postcopy = PostcopyPolicy()
    study.postcopy?.afterRounds = 1
    let outcome = try study.run()
    #expect(outcome.rounds[0].dirtied % 512 == 0)
    #expect(outcome.ledger.exits == 0)
  }

  @Test("tracking slows the writer down")
  func feedback() throws {
    var writes: [UInt64] = []
    for mechanism in [DirtyMechanism.flags, .writeProtection] {
      var study = MigrationStudy.small(.ept4, .sequential, megabytesPerSecond: 2000)
      study.tracking.mechanism = mechanism
      study.precopy.mostRounds = 3
      let outcome = try study.run()
      #expect(outcome.end == .gaveUp)
      writes.append(outcome.writes * 1_000_000_000 / UInt64(outcome.total / 1000))
    }
    #expect(writes[0] > writes[1])
  }

  @Test("with manual protection a page that was sent is sent again only where it was written")
  func manual() throws {
    for chunkBytes in [UInt64(1) << 18, 1 << 20, 1 << 30] {
      var study = MigrationStudy.small(.ept4, .sequential, megabytesPerSecond: 20)
      study.tracking.mechanism = .initiallyAllSet
      study.tracking.chunkBytes = chunkBytes
      let outcome = try study.run()
      #expect(outcome.rounds[0].pages == 4096)
      // In 67 ms 330 pages are written, and of those that were not sent yet none counts twice.
      let written = Int(outcome.rounds[0].writes)
      #expect(outcome.rounds[0].dirtied <= written)
      #expect(outcome.rounds[0].dirtied > 0)
      #expect(outcome.lostPages == 0)
    }
  }

  @Test("under one lock, eight processors that fault on every write are no faster than the lock")
  func lock() throws {
    var study = MigrationStudy.small(.arm4K, pages: 8192, .sequential, megabytesPerSecond: 4000)
    study.processors = 8
    study.link.bitsPerSecond = 100_000_000_000
    study.link.findsZeroPages = false
    study.precopy.mostRounds = 1
    var rates: [Double] = []
    for lock in [FaultLock.shared, .exclusive] {
      study.tracking.lock = lock
      let outcome = try study.run()
      rates.append(Double(outcome.rounds[0].faults) / Double(outcome.total))
      guard lock == .exclusive else { continue }
      // What each fault holds the lock for: changing its entry and telling the TLBs.
      let under = [Component.lock, .changeEntry, .flushLocal, .flushRemote, .flushBroadcast]
        .reduce(UInt128(0)) { sum, component in
          sum
            + outcome.bill.cost {
              $0.component == component
                && $0.activity == .fault(FaultEvent(.permission, .finalAccess, .log))
            }.likely
        }
      let each = Double(under) / 1000 / Double(outcome.ledger.exits)
      #expect(rates[1] * each < 1.01)
      #expect(rates[1] * each > 0.5)
    }
    #expect(rates[0] > rates[1])
  }

  @Test("more bandwidth is never later, with the same writes")
  func bandwidth() throws {
    for pattern in [WritePattern.sequential, .hotAndCold(hot: 50_000_000, writes: 900_000_000)] {
      var before = Int64.max
      for gigabits in [UInt64(1), 2, 4, 8, 16] {
        var study = MigrationStudy.small(.ept4, pattern, megabytesPerSecond: 50)
        study.link.bitsPerSecond = gigabits * 1_000_000_000
        let outcome = try study.run()
        #expect(outcome.end == .converged)
        #expect(outcome.total <= before)
        before = outcome.total
      }
    }
  }

  @Test("a throttled guest converges where it does not by itself")
  func throttle() throws {
    // Each round takes longer than a second.
    var study = MigrationStudy.small(.ept4, pages: 512, .sequential, megabytesPerSecond: 2)
    study.link.bitsPerSecond = 10_000_000
    study.precopy.downtimePicoseconds = 300_000_000_000
    study.precopy.mostRounds = 60
    let free = try study.run()
    #expect(free.end == .gaveUp)
    study.precopy.brake = .throttle(initial: 20, increment: 10, most: 99)
    let throttled = try study.run()
    #expect(throttled.end == .converged)
    #expect(throttled.lost > free.lost)
    let steps = throttled.rounds.map(\.throttlePercent)
    // Twice over the threshold before each step; the first round counts.
    #expect(steps.starts(with: [0, 0, 20, 20, 30, 30, 40]))
  }

  @Test("rounds of less than a second are judged together")
  func shortRounds() throws {
    // A sixth of a second each, and a little more.
    var study = MigrationStudy.small(.ept4, pages: 512, .sequential, megabytesPerSecond: 20)
    study.link.bitsPerSecond = 100_000_000
    study.precopy.downtimePicoseconds = 1_000_000_000
    study.precopy.mostRounds = 13
    study.precopy.brake = .throttle(initial: 20, increment: 10, most: 99)
    let outcome = try study.run()
    #expect(
      outcome.rounds.map(\.throttlePercent) == Array(repeating: 0, count: 12) + [20])
  }

  @Test("a dirty limit keeps each processor to its bytes", arguments: [1, 2, 8])
  func dirtyLimit(_ processors: Int) throws {
    // However many share them: 40 MB/s are written without a limit, and 4 MB/s with it.
    var study = MigrationStudy.small(
      .ept4, pages: 4096, .sequential, megabytesPerSecond: 40 / UInt64(processors))
    study.processors = processors
    study.tracking.mechanism = .ring(entries: 192)
    study.link.bitsPerSecond = 80_000_000
    // Twice what all rings hold.
    let ring = 128
    study.precopy.downtimePicoseconds = study.link.picoseconds(UInt64(2 * ring * processors) * 4104)
    study.precopy.mostRounds = 30
    study.precopy.brake = .dirtyLimit(bytesPerSecond: 4_000_000 / UInt64(processors))
    let outcome = try study.run()
    #expect(outcome.end == .converged)
    #expect(outcome.lostPages == 0)
    let isLimited = outcome.rounds.contains { $0.hasDirtyLimit }
    #expect(isLimited)
    for (before, round) in zip(outcome.rounds, outcome.rounds.dropFirst())
    where round.hasDirtyLimit {
      // While the log was read before it there may have been no limit yet.
      let free = Double(before.logging) / 1e12 * 40_000_000 / 4096
      let limited = Double(round.sending) / 1e12 * 4_000_000 / 4096
      // Each may fill its ring before it sleeps, and has a write under way.
      let most = free + limited + Double(processors * (ring + 1))
      #expect(Double(round.dirtied) <= most)
    }
  }
}

extension MigrationOutcome {
  /// The pages that were written between the last round and the stop.
  fileprivate var notCollected: UInt64 {
    UInt64((last?.dirtied ?? 0) - (rounds.last?.dirtied ?? 0))
  }
}
