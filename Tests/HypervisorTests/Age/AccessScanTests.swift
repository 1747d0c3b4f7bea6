import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Scans find what was accessed")
struct AccessScanTests {
  /// A format and how its processors tell of accesses.
  struct Way: Sendable, CustomTestStringConvertible {
    let format: HostFormat
    let sight: AccessSight
    var testDescription: String { "\(format) \(sight)" }
  }

  static let ways: [Way] =
    TestMachine.formats.map { Way(format: $0, sight: .flags) }
    + [HostFormat.arm4K, .sv39x4, .sv48x4, .sv57x4].map { Way(format: $0, sight: .flagFaults) }
    + [HostFormat.ept4, .ept5].map { Way(format: $0, sight: .revokedRights) }

  private func machine(
    _ way: Way, pages: UInt64, backing: FrameOrder = .small, processors: Int = 3
  ) throws -> TestMachine {
    var test = try TestMachine(way.format, bytes: 16 << 20) {
      $0.processors = processors
      $0.policy.backing = backing
      $0.hasEPTFlags = way.sight != .revokedRights
      $0.setsAccessedFlags = way.sight == .flags
    }
    for page in 0..<pages { test.write(page + 1, at: page * backing.bytes) }
    #expect(test.machine.accessSight == way.sight)
    return test
  }

  @Test("n pages, k of them accessed between two scans", arguments: ways)
  func scans(_ way: Way) throws {
    let pages: UInt64 = 200
    let again: UInt64 = 30
    var test = try machine(way, pages: pages)
    let before = test.machine.ledger
    let first = test.machine.scanAccessed(slot: 0, on: &test.host)
    #expect((first.entries, first.accessedEntries, first.accessed.count) == (pages, pages, 200))
    for page in 0..<again {
      let outcome = test.touch(page * 4096, .read)
      #expect(outcome.end == .arrived)
    }
    let second = test.machine.scanAccessed(slot: 0, on: &test.host)
    #expect((second.entries, second.accessedEntries) == (pages, again))
    let third = test.machine.scanAccessed(slot: 0, on: &test.host)
    #expect((third.entries, third.accessedEntries, third.accessed.count) == (pages, 0, 0))
    let used = test.machine.ledger.since(before)
    let age = Activity.work(.age)
    #expect(used.count(of: age) == 3)
    #expect(used.amount(of: .scanEntry, for: age) == 3 * pages)
    #expect(used.amount(of: .changeEntry, for: age) == pages + again)
    // Hardware's flags cost an update each, the others a fault.
    let faults = way.sight == .flags ? 0 : again
    #expect(used.exits == faults)
    let cause: FaultCause = way.sight == .revokedRights ? .missing : .accessFlag
    let aged = test.count(cause, .finalAccess, .age)
    #expect(aged == faults)
    #expect(used.amount(of: .tableUpdate, for: .access) == again - faults)
    // One flush for each scan that found something.
    let isArm = way.format.isa == .arm
    #expect(used.amount(of: .flushRemote, for: age) == (isArm ? 0 : 6))
    #expect(used.amount(of: .flushBroadcast, for: age) == (isArm ? 1 + again + 1 : 0))
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("a flush for each page, for all, or for none", arguments: ways)
  func flushes(_ way: Way) throws {
    for (flush, expected) in [(ScanFlush.never, UInt64(0)), (.once, 1), (.eachPage, 100)] {
      var test = try machine(way, pages: 100)
      let before = test.machine.counters.remoteTLBFlush
      _ = test.machine.scanAccessed(slot: 0, flush: flush, on: &test.host)
      #expect(test.machine.counters.remoteTLBFlush - before == expected)
    }
  }

  @Test("a TLB hides accesses until it is flushed", arguments: ways)
  func hidden(_ way: Way) throws {
    for flush in [ScanFlush.never, .once] {
      var test = try TestMachine(way.format, bytes: 4 << 20) {
        $0.core = CoreModel.all.first { $0.isa == way.format.isa }
        $0.hasEPTFlags = way.sight != .revokedRights
        $0.setsAccessedFlags = way.sight == .flags
      }
      test.write(1, at: 0x3000)
      _ = test.touch(0x3000, .read)
      _ = test.machine.scanAccessed(slot: 0, flush: flush, on: &test.host)
      _ = test.touch(0x3000, .read)
      let scan = test.machine.scanAccessed(slot: 0, on: &test.host)
      #expect(scan.accessedEntries == (flush == .once ? 1 : 0))
    }
  }

  @Test("large pages have one flag", arguments: ways)
  func large(_ way: Way) throws {
    var test = try machine(way, pages: 4, backing: .large)
    let first = test.machine.scanAccessed(slot: 0, on: &test.host)
    #expect((first.entries, first.accessedEntries, first.accessed.count) == (4, 4, 2048))
    _ = test.touch(0x20_5000, .read)
    let second = test.machine.scanAccessed(slot: 0, on: &test.host)
    #expect((second.accessedEntries, second.accessed.count) == (1, 512))
    let isIn = second.accessed.contains(GuestPhysical(0x3f_f000))
    #expect(isIn)
  }

  @Test("rights that were taken away come back, the one to write with a write")
  func revoked() throws {
    let way = Way(format: .ept4, sight: .revokedRights)
    var test = try machine(way, pages: 8)
    _ = test.machine.scanAccessed(slot: 0, on: &test.host)
    let read = test.touch(0, .read)
    let written = test.write(5, at: 0)
    let direct = test.write(6, at: 4096)
    #expect((read.exits, written.exits, direct.exits) == (1, 1, 1))
    #expect(test.machine.counters.pfFast == 3)
    // What goes meanwhile does not come back by it.
    let outcome = try test.machine.reclaim([TestMachine.range(0x2000, 0x2000)], on: &test.host)
    #expect((outcome.pages, outcome.entries) == (2, 2))
    let words = (UInt64(0)..<8).map { test.read($0 * 4096) }
    #expect(words == [5, 6, 3, 4, 5, 6, 7, 8])
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("pages are told apart by how long they were idle")
  func history() throws {
    var test = try machine(Way(format: .arm4K, sight: .flags), pages: 100)
    var history = AccessHistory(test.machine.slots[0])
    for round in UInt64(0)..<4 {
      for page in 0..<100 / (round + 1) { _ = test.touch(page * 4096, .read) }
      history.add(test.machine.scanAccessed(slot: 0, on: &test.host))
    }
    // The last round touched 25 pages, the one before 33, before that 50; the first all.
    let pages = (0...4).map { history.pages(idleFor: $0) }
    #expect(pages == [4096, 4096 - 25, 4096 - 33, 4096 - 50, 4096 - 100])
    let idle = history.idleScans(at: GuestPhysical(40 * 4096))
    #expect(idle == 2)
  }
}
