import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Entries that are read ahead")
struct ReadAheadTests {
  @Test("Those of small pages that are there are told", arguments: TestMachine.formats)
  func told(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 64 << 20)
    for page in [UInt64(0), 1, 511, 512, 5000] { _ = test.touch(page << 12, .write) }
    let pages: [UInt64] = [0, 1, 2, 511, 512, 513, 5000, 16383]
    let addresses = pages.map { GuestPhysical($0 << 12 + 8) }
    let found = test.machine.readAhead(addresses, on: test.host)
    #expect(found == 5)
    let none = test.machine.readAhead([], on: test.host)
    #expect(none == 0)
  }

  @Test("Large pages and what no table can map are passed over", arguments: TestMachine.formats)
  func passedOver(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 64 << 20) { $0.policy.backing = .large }
    _ = test.touch(0, .write)
    let addresses = [0, UInt64(2) << 20, 1 << 40, 1 << 57, 1 << 63, ~0].map { GuestPhysical($0) }
    let found = test.machine.readAhead(addresses, on: test.host)
    #expect(found == 0)
  }

  @Test("Nothing changes and nothing is counted", arguments: TestMachine.formats)
  func unchanged(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 16 << 20)
    for page in UInt64(0)..<100 { _ = test.touch(page << 13, .read) }
    let addresses = (UInt64(0)..<300).map { GuestPhysical($0 << 12) }
    let ledger = test.machine.ledger
    let counters = test.machine.counters
    let pages = addresses.map { test.machine.tables.page(at: $0, in: test.host.memory) }
    _ = test.machine.readAhead(addresses, on: test.host)
    #expect(test.machine.ledger == ledger)
    #expect(test.machine.counters == counters)
    let after = addresses.map { test.machine.tables.page(at: $0, in: test.host.memory) }
    #expect(after == pages)
    #expect(test.problems() == [])
  }
}
