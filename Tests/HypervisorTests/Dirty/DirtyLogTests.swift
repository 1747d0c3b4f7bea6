import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Writes are logged page by page")
struct DirtyLogTests {
  @Test("n pages in large ones, by each way to split them", arguments: TestMachine.formats)
  func splitting(_ format: HostFormat) throws {
    for splitting in LogSplitting.allCases {
      let large: UInt64 = 3
      let pages = large * 512
      var test = try TestMachine(format, bytes: 8 << 20) { $0.policy.backing = .large }
      for number in 0..<large { test.write(number, at: number << 21) }
      let exits = test.machine.ledger.exits
      try test.machine.startDirtyLog(slot: 0, splitting: splitting, on: &test.host)
      var ledger = test.machine.ledger
      let eager: UInt64 = splitting == .eager ? 1 : 0
      #expect(ledger.amount(of: .installEntry, for: .work(.split)) == eager * pages)
      #expect(ledger.amount(of: .installTable, for: .work(.split)) == eager * large)
      #expect(
        ledger.amount(of: .changeEntry, for: .work(.protect))
          == (eager == 1 && format.isa != .arm ? pages : large))
      let empty = test.machine.dirtyPages(slot: 0)?.count
      #expect(empty == 0)
      for page in 0..<pages {
        let outcome = test.write(page + 9, at: page << 12)
        #expect((outcome.end, outcome.exits) == (.arrived, 1))
      }
      ledger = test.machine.ledger
      let logged = test.count(.permission, .finalAccess, .log)
      let split = test.count(.permission, .finalAccess, .split)
      let missing = test.count(.missing, .finalAccess, .allocate) - large
      switch splitting {
      case .eager: #expect((logged, split, missing) == (pages, 0, 0))
      case .onFault: #expect((logged, split, missing) == (pages - large, large, 0))
      case .breaking: #expect((logged, split, missing) == (0, large, pages - large))
      }
      #expect(ledger.exits - exits == pages)
      #expect(ledger.amount(of: .logDirty) == pages)
      let splitEntries = ledger.amount(
        of: .installEntry, for: .fault(FaultEvent(.permission, .finalAccess, .split)))
      #expect(splitEntries == [.eager: 0, .onFault: pages, .breaking: large][splitting])
      if splitting == .breaking, format.isa == .arm {
        // One break each: IPAS2LE1IS and VMALLE1IS.
        let event = Activity.fault(FaultEvent(.permission, .finalAccess, .split))
        #expect(ledger.amount(of: .flushBroadcast, for: event) == 2 * large)
      }
      var problems = test.problems()
      #expect(problems == [])
      let collected = test.machine.collectDirty(slot: 0, on: &test.host)?.count
      #expect(collected == Int(pages))
      #expect(
        test.machine.ledger.amount(of: .changeEntry, for: .work(.collect)) == pages)
      let written = test.write(1, at: 0x5000)
      #expect(written.exits == 1)
      let found = test.machine.dirtyPages(slot: 0)
      let dirty = try #require(found)
      #expect(dirty.count == 1 && dirty.contains(GuestPhysical(0x5000)))
      test.machine.stopDirtyLog(slot: 0, recovery: .refault, on: &test.host)
      let again = test.write(2, at: 0x6000)
      let neighbour = test.write(3, at: 0x7000)
      #expect((again.exits, neighbour.exits) == (1, 0))
      #expect(test.machine.counters.pages2M == 1)
      problems = test.problems()
      #expect(problems == [])
    }
  }

  @Test(
    "eager splitting writes 2 to the 18 small entries for each 1 GiB",
    arguments: [
      HostFormat.ept4, .npt4, .sv48x4,
    ])
  func huge(_ format: HostFormat) throws {
    var configuration = MachineConfiguration(format, bytes: 2 << 30)
    configuration.policy.backing = .huge
    var test = try TestMachine(configuration)
    for number in UInt64(0)..<2 { _ = test.touch(number << 30, .write) }
    try test.machine.startDirtyLog(slot: 0, splitting: .eager, on: &test.host)
    let counters = test.machine.counters
    #expect((counters.pages4K, counters.pages2M, counters.pages1G) == (2 << 18, 0, 0))
    let entries = test.machine.ledger.amount(of: .installEntry, for: .work(.split))
    #expect(entries == 2 * (1 << 18 + 512))
    let outcome = test.touch(0x4000_5000, .write)
    #expect(outcome.exits == 1)
  }

  @Test(
    "a fetch splits a large page that can't be executed",
    arguments: [
      HostFormat.ept4, .ept5, .npt4,
    ])
  func fetch(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20) {
      $0.policy.backing = .large
      $0.policy.hasNonExecutableLargePages = true
    }
    test.write(1, at: 0x20_0000)
    let fetched = test.touch(0x20_3000, .fetch)
    let second = test.touch(0x3f_f000, .fetch)
    let written = test.write(2, at: 0x20_3000)
    #expect((fetched.end, fetched.exits, second.exits, written.exits) == (.arrived, 1, 0, 0))
    let split = test.count(.permission, .finalAccess, .split)
    #expect(split == 1)
    #expect(test.machine.counters.pages4K == 512)
    let problems = test.problems()
    #expect(problems == [])
  }
}
