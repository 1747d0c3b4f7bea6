import Costs
import HostMemory
@testable import Hypervisor
import Paging
import Testing

@Suite("A walk of tables that the second stage doesn't map cascades")
struct CascadeTests {
  /// A guest's format over a host's.
  struct Pair: Sendable, CustomStringConvertible {
    let guest: GuestFormat
    let host: HostFormat
    var description: String { "\(guest) over \(host)" }
    static let all: [Pair] = TestMachine.formats.flatMap { host in
      GuestFormat.allCases.filter { $0.isa == host.isa && $0.shape.pageShift == 12 }.map {
        Pair(guest: $0, host: host)
      }
    }
  }

  @Test(
    "a loaded guest's first access faults on each of its tables and on its page",
    arguments: Pair.all)
  func loaded(_ pair: Pair) throws {
    for isAccessed in [true, false] {
      var test = try TestMachine(pair.host, bytes: 64 << 20)
      var space = try test.machine.makeSpace(
        pair.guest, at: GuestPhysical(16 << 20), bytes: 1 << 20, on: &test.host)
      var attributes = GuestAttributes.readWrite
      attributes.isAccessed = isAccessed
      attributes.isDirty = isAccessed
      try test.machine.load(
        &space, GuestVirtual(0x12_3456_7000), bytes: 4096, to: GuestPhysical(0x5000), attributes,
        on: &test.host)
      try test.machine.run(space.root, processor: 0)
      let outcome = test.machine.touch(
        processor: 0, GuestVirtual(0x12_3456_7008), .write, on: &test.host)
      let levels = pair.guest.shape.levels
      #expect(outcome.end == .arrived)
      #expect(outcome.cascades == levels)
      #expect(outcome.exits == levels + 1)
      #expect(outcome.tries == levels + 2)
      let ledger = test.machine.ledger
      #expect(ledger.faults(.cascade) == UInt64(levels))
      #expect(ledger.faults(.missing) == 1)
      #expect(ledger.cascadeDepths[levels] == 1)
      // A guest's table brings its words along: they come out of storage.
      #expect(test.machine.tables.page(at: GuestPhysical(0x5000), in: test.host.memory) != nil)
      let again = test.machine.touch(
        processor: 0, GuestVirtual(0x12_3456_7010), .read, on: &test.host)
      #expect(again.exits == 0 && again.hostPhysical.value == outcome.hostPhysical.value + 8)
      let problems = test.problems()
      #expect(problems == [])
    }
  }
}
