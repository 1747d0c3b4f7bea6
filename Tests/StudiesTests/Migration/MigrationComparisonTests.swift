import Costs
import HostMemory
import Hypervisor
import Paging
import Testing

@testable import Studies

@Suite("Ways to track writes are compared on the same migration")
struct MigrationComparisonTests {
  private func study(_ host: HostFormat) -> MigrationStudy {
    MigrationStudy.small(host, .zipf(exponent: 1), megabytesPerSecond: 30)
  }

  private func choices(_ host: HostFormat) -> [MigrationComparison.Choice] {
    MigrationComparison.choices(
      for: study(host),
      mechanisms: [
        .writeProtection, .initiallyAllSet, .flags, .modificationLog, .ring(entries: 1024),
      ], backings: [.small, .large, .huge], splittings: [.eager, .onFault])
  }

  @Test("processors are asked for nothing that they don't have")
  func choices() {
    // 16 MiB hold no page of 1 GiB; small pages have nothing to split.
    #expect(choices(.ept4).count == 5 * 3)
    #expect(choices(.npt4).count == 4 * 3)
    #expect(choices(.arm4K).allSatisfy { $0.mechanism != .modificationLog })
    #expect(choices(.ept4).allSatisfy { ($0.backing == .small) == ($0.splitting == nil) })
  }

  @Test("the rows are the same on any number of threads, and each is the study with its choice")
  func rows() throws {
    let study = study(.ept4)
    let choices = choices(.ept4)
    let one = try MigrationComparison.run(study, choices, threads: 1)
    let three = try MigrationComparison.run(study, choices, threads: 3)
    #expect(one == three)
    #expect(one.map(\.choice) == choices)
    for row in one {
      #expect(row.outcome.lostPages == 0)
      var alone = study
      alone.backing = row.choice.backing
      alone.tracking = WriteTracking(row.choice.mechanism, splitting: row.choice.splitting)
      #expect(try alone.run() == row.outcome)
    }
    // What hardware notes takes no fault of a page that is small.
    for row in one where row.choice.backing == .small || row.choice.splitting == .eager {
      let isFree = row.choice.mechanism == .flags || row.choice.mechanism == .modificationLog
      #expect((row.outcome.ledger.exits == 0) == isFree, "\(row.choice)")
    }
    // Flags of pages that are not split tell of 512 small ones each.
    let whole = try #require(
      one.first { $0.choice.mechanism == .flags && $0.choice.splitting == .onFault })
    let split = try #require(
      one.first { $0.choice.mechanism == .flags && $0.choice.splitting == .eager })
    #expect(whole.outcome.rounds[0].dirtied > split.outcome.rounds[0].dirtied)
  }
}
