import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Processors race on a page")
struct RaceTests {
  /// Lets all processors fault on a page before any fault is resolved, then resolves all.
  private func race(
    _ test: inout TestMachine, _ page: UInt64, _ access: (Int) -> Access
  ) -> [TouchOutcome.End] {
    var pending: [PendingFault] = []
    for processor in 0..<test.machine.processorCount {
      let attempt = test.machine.attempt(
        processor: processor, GuestVirtual(page * 4096), access(processor), on: &test.host)
      if case .pending(let fault) = attempt { pending.append(fault) }
    }
    var ends: [TouchOutcome.End] = []
    for fault in pending { ends.append(test.machine.resolve(fault, on: &test.host)) }
    return ends
  }

  @Test(
    "k on n new pages: n are allocated and (k-1)n spurious", arguments: TestMachine.formats,
    [1, 2, 7])
  func missing(_ format: HostFormat, _ processors: Int) throws {
    var test = try TestMachine(format, bytes: 8 << 20) { $0.processors = processors }
    let pages: UInt64 = 600
    for page in 0..<pages {
      let ends = race(&test, page) { _ in .write }
      #expect(ends == Array(repeating: .arrived, count: processors))
    }
    let spurious = UInt64(processors - 1) * pages
    #expect(test.count(.missing, .finalAccess, .allocate) == pages)
    #expect(test.count(.missing, .finalAccess, .spurious) == spurious)
    let counters = test.machine.counters
    #expect(counters.pfTaken == UInt64(processors) * pages)
    #expect(counters.pfFixed == pages && counters.pfSpurious == spurious)
    // A spurious one is of its cause's kind.
    #expect(test.machine.ledger.faults(.missing) == UInt64(processors) * pages)
    #expect(test.machine.ledger.amount(of: .allocate) == pages)
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("k on n copies: n are copied and (k-1)n spurious", arguments: TestMachine.formats)
  func copies(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 8 << 20) { $0.processors = 3 }
    for page in UInt64(0)..<100 {
      _ = test.touch(page * 4096, .read)
      _ = race(&test, page) { _ in .write }
    }
    #expect(test.count(.permission, .finalAccess, .copy) == 100)
    #expect(test.count(.permission, .finalAccess, .spurious) == 200)
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test(
    "a write that was missing finds what a reader mapped, and copies it",
    arguments: TestMachine.formats)
  func readerFirst(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 8 << 20) { $0.processors = 2 }
    let zero = test.host.zeroFrame
    for page in UInt64(0)..<100 {
      _ = race(&test, page) { $0 == 0 ? .read : .write }
      let outcome = test.machine.touch(
        processor: 1, GuestVirtual(page * 4096), .write, on: &test.host)
      #expect(outcome.end == .arrived && outcome.exits == 0)
      #expect(outcome.hostPhysical.value != zero.address)
    }
    #expect(test.machine.ledger.exits == 200)
    let problems = test.problems()
    #expect(problems == [])
  }
}
