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
      GuestFormat.allCases.filter { $0.isa == host.isa }.map { Pair(guest: $0, host: host) }
    }
    /// The bytes of the guest's pages and tables, and how many of the host's pages those are.
    var pageBytes: UInt64 { guest.shape.tableBytes }
    var pieces: UInt64 { pageBytes / 4096 }
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
        &space, GuestVirtual(0x12_3456_0000), bytes: pair.pageBytes, to: GuestPhysical(0x1_0000),
        attributes, on: &test.host)
      try test.machine.run(space.root, processor: 0)
      let outcome = test.machine.touch(
        processor: 0, GuestVirtual(0x12_3456_0008), .write, on: &test.host)
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
      #expect(test.machine.tables.page(at: GuestPhysical(0x1_0000), in: test.host.memory) != nil)
      let again = test.machine.touch(
        processor: 0, GuestVirtual(0x12_3456_0010), .read, on: &test.host)
      #expect(again.exits == 0 && again.hostPhysical.value == outcome.hostPhysical.value + 8)
      let problems = test.problems()
      #expect(problems == [])
    }
  }

  @Test("a guest's fault behind the cascade is one try more", arguments: Pair.all)
  func guestFaultBehind(_ pair: Pair) throws {
    var test = try TestMachine(pair.host, bytes: 64 << 20)
    var space = try test.machine.makeSpace(
      pair.guest, at: GuestPhysical(16 << 20), bytes: 1 << 20, on: &test.host)
    try test.machine.load(
      &space, GuestVirtual(0x12_3456_0000), bytes: pair.pageBytes, to: GuestPhysical(0x1_0000),
      .readWrite, on: &test.host)
    try test.machine.run(space.root, processor: 0)
    // The page beside it has no entry of its own.
    let outcome = test.machine.touch(
      processor: 0, GuestVirtual(0x12_3456_0000 + pair.pageBytes), .write, on: &test.host)
    let levels = pair.guest.shape.levels
    #expect(outcome.end == .guestFault && outcome.guestReport != nil)
    #expect(outcome.exits == levels && outcome.cascades == levels)
    #expect(outcome.tries == levels + 1)
    let ledger = test.machine.ledger
    #expect(ledger.faults(.cascade) == UInt64(levels) && ledger.faults(.missing) == 0)
    // It is the guest's kernel that counts its fault, once.
    #expect(ledger.faults(.guest) == 0)
  }

  @Test("a guest's large page has one table less", arguments: Pair.all)
  func largeGuestPage(_ pair: Pair) throws {
    var test = try TestMachine(pair.host, bytes: 64 << 20)
    var space = try test.machine.makeSpace(
      pair.guest, at: GuestPhysical(16 << 20), bytes: 1 << 20, on: &test.host)
    try test.machine.load(
      &space, GuestVirtual(0x12_2000_0000), bytes: pair.guest.shape.pageSizes[1],
      to: GuestPhysical(0), .readWrite, on: &test.host)
    try test.machine.run(space.root, processor: 0)
    let first = test.machine.touch(
      processor: 0, GuestVirtual(0x12_2000_0000), .write, on: &test.host)
    #expect((first.cascades, first.exits) == (pair.guest.shape.levels - 1, pair.guest.shape.levels))
    // The rest of it is in pages of the host's own size.
    let second = test.machine.touch(
      processor: 0, GuestVirtual(0x12_2000_1000), .write, on: &test.host)
    #expect((second.cascades, second.exits) == (0, 1))
  }

  @Test("tables in one page of the host's are one fault", arguments: Pair.all)
  func merged(_ pair: Pair) throws {
    for (data, exits) in [(UInt64(0), 2), (0x10_0000, 1)] {
      var test = try TestMachine(pair.host, bytes: 64 << 20) { $0.policy.backing = .large }
      var space = try test.machine.makeSpace(
        pair.guest, at: GuestPhysical(16 << 20), bytes: 1 << 20, on: &test.host)
      // The data is in a page of its own, or in that of the tables.
      let target = data == 0 ? GuestPhysical(0) : GuestPhysical(16 << 20 | data)
      try test.machine.load(
        &space, GuestVirtual(0x12_3456_0000), bytes: pair.pageBytes, to: target, .readWrite,
        on: &test.host)
      try test.machine.run(space.root, processor: 0)
      let outcome = test.machine.touch(
        processor: 0, GuestVirtual(0x12_3456_0000), .write, on: &test.host)
      #expect(outcome.end == .arrived)
      #expect((outcome.cascades, outcome.exits, outcome.tries) == (1, exits, exits + 1))
      let problems = test.problems()
      #expect(problems == [])
    }
  }

  @Test("a dense 4 GiB of small pages has 2,054 tables, and no more cascades than that")
  func dense() throws {
    let hosts = [HostFormat.ept4, .arm4K, .sv48x4]
    for pair in Pair.all
    where pair.guest.shape.levels == 4 && pair.pieces == 1 && hosts.contains(pair.host) {
      var configuration = MachineConfiguration(pair.host, bytes: 5 << 30)
      configuration.policy.backing = .small
      var test = try TestMachine(configuration, hostBytes: 8 << 30)
      var space = try test.machine.makeSpace(
        pair.guest, at: GuestPhysical(4 << 30), bytes: 16 << 20, on: &test.host)
      try test.machine.load(
        &space, GuestVirtual(0), bytes: 4 << 30, to: GuestPhysical(0), .readWrite,
        pageBytes: 4096, on: &test.host)
      #expect(space.tables.frames.used == 2054)
      try test.machine.run(space.root, processor: 0)
      // One page of each table of pages: all tables are visited.
      for address in stride(from: UInt64(0), to: 4 << 30, by: 2 << 20) {
        test.machine.touch(processor: 0, GuestVirtual(address), .write, on: &test.host)
      }
      let ledger = test.machine.ledger
      #expect(ledger.faults(.cascade) == 2054 && ledger.faults(.missing) == 2048)
      // Four for the first page, two for the first of each other gigabyte, and one for all others.
      #expect(ledger.cascadeDepths[4] == 1 && ledger.cascadeDepths[2] == 3)
      #expect(ledger.cascadeDepths[1] == 2044)
    }
  }
}
