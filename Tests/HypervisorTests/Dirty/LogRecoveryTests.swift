import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Small pages become large again when logging ends")
struct LogRecoveryTests {
  /// Four large pages, of which logging has broken up the first two by writes to two pages each.
  private func logged(_ format: HostFormat, _ splitting: LogSplitting) throws -> TestMachine {
    var test = try TestMachine(format, bytes: 8 << 20) { $0.policy.backing = .large }
    for number in UInt64(0)..<4 { test.write(number + 1, at: number << 21) }
    try test.machine.startDirtyLog(slot: 0, splitting: splitting, on: &test.host)
    for number in UInt64(0)..<2 {
      for page in [UInt64(0), 7] { test.write(number + 9, at: number << 21 | page << 12) }
    }
    return test
  }

  @Test(
    "n tables are replaced by large pages with one flush", arguments: TestMachine.formats,
    [LogSplitting.eager, .onFault])
  func inPlace(_ format: HostFormat, _ splitting: LogSplitting) throws {
    var test = try logged(format, splitting)
    let tables: UInt64 = splitting == .eager ? 4 : 2
    let flushes = test.machine.counters.remoteTLBFlush
    test.machine.stopDirtyLog(slot: 0, recovery: .inPlace, on: &test.host)
    #expect(test.machine.counters.remoteTLBFlush == flushes + 1)
    let counters = test.machine.counters
    #expect((counters.pages2M, counters.pages4K) == (4, 0))
    let ledger = test.machine.ledger
    #expect(ledger.count(of: .work(.collapse)) == tables)
    #expect(ledger.amount(of: .changeEntry, for: .work(.collapse)) == tables)
    #expect(ledger.amount(of: .freeTable, for: .work(.collapse)) == tables)
    // The first small page of two had its right to write back; the others' large pages get theirs.
    let exits = (UInt64(0)..<4).map { number in test.write(number, at: number << 21 | 0x9000).exits
    }
    #expect(exits == [0, 0, 1, 1])
    let permitted = test.count(.permission, .finalAccess, .permit)
    #expect(permitted == 2)
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("n large pages fault once each after a zap", arguments: TestMachine.formats)
  func refault(_ format: HostFormat) throws {
    var test = try logged(format, .eager)
    test.machine.stopDirtyLog(slot: 0, recovery: .refault, on: &test.host)
    #expect(test.machine.counters.pages4K == 0)
    let ledger = test.machine.ledger
    #expect(ledger.amount(of: .changeEntry, for: .work(.collapse)) == 4 * 512)
    let exits = (UInt64(0)..<4).map { number in test.write(number, at: number << 21 | 0x9000).exits
    }
    #expect(exits == [1, 1, 1, 1])
    #expect(test.machine.counters.pages2M == 4)
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("a fault maps the large page over the table, but on x86", arguments: TestMachine.formats)
  func onFault(_ format: HostFormat) throws {
    var test = try logged(format, .eager)
    test.machine.stopDirtyLog(slot: 0, recovery: .onFault, on: &test.host)
    #expect(test.machine.counters.pages4K == 4 * 512)
    let free = test.machine.ledger.amount(of: .freeTable)
    let isX86 = format.isa == .x86
    var exits: [Int] = []
    for page in [UInt64(0), 1, 2, 7] { exits.append(test.write(3, at: page << 12).exits) }
    // On x86 the pages that were written have their rights; elsewhere the second one's fault serves all.
    #expect(exits == (isX86 ? [0, 1, 1, 0] : [0, 1, 0, 0]))
    let counters = test.machine.counters
    #expect((counters.pages2M, counters.pages4K) == (isX86 ? (0, 2048) : (1, 1536)))
    #expect(test.machine.ledger.amount(of: .freeTable) == free + (isX86 ? 0 : 1))
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("what was broken for one page is mapped large at the next fault around it")
  func broken() throws {
    var test = try logged(.arm4K, .breaking)
    #expect(test.machine.counters.pages4K == 4)
    test.machine.stopDirtyLog(slot: 0, on: &test.host)
    let read = test.touch(0x3000, .read)
    let written = test.write(5, at: 0x4000)
    #expect((read.exits, written.exits) == (1, 0))
    #expect(test.machine.counters.pages2M == 3)
    let word = test.read(0x7000)
    #expect(word == 9)
    let problems = test.problems()
    #expect(problems == [])
  }
}
