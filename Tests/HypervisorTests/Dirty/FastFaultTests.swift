import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

/// KVM on x86 resolves a fault without its lock where the entry had the right to write and lost it to a log,
/// or lost all rights to a scan.
@Suite("Faults that are resolved without the lock")
struct FastFaultTests {
  private static let x86: [HostFormat] = [.ept4, .ept5, .npt4]
  private static let permit = Activity.fault(FaultEvent(.permission, .finalAccess, .permit))
  private static let log = Activity.fault(FaultEvent(.permission, .finalAccess, .log))

  @Test("writes that a log denied", arguments: TestMachine.formats)
  func logged(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20)
    for page in UInt64(0)..<6 { test.write(1, at: page << 12) }
    try test.machine.startDirtyLog(slot: 0, on: &test.host)
    for page in UInt64(0)..<4 { test.write(2, at: page << 12) }
    let isX86 = format.isa == .x86
    #expect(test.machine.counters.pfFast == (isX86 ? 4 : 0))
    #expect(test.machine.ledger.amount(of: .lock, for: Self.log) == (isX86 ? 0 : 4))
    // A page that is missing takes the lock on every architecture.
    test.write(3, at: 0x20_0000)
    #expect(test.machine.counters.pfFast == (isX86 ? 4 : 0))
  }

  @Test("what a log denied and nobody gave back after its end", arguments: x86)
  func afterTheLog(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20)
    test.write(1, at: 0x1000)
    try test.machine.startDirtyLog(slot: 0, on: &test.host)
    test.machine.stopDirtyLog(slot: 0, recovery: .refault, on: &test.host)
    let written = test.write(2, at: 0x1000)
    #expect((written.exits, test.machine.counters.pfFast) == (1, 1))
    #expect(test.machine.ledger.amount(of: .lock, for: Self.permit) == 0)
  }

  @Test("a right that the policy has not given yet takes the lock", arguments: x86)
  func policy(_ format: HostFormat) throws {
    for rights in [MappingRights.allButUnusedWrites, .asAccessed] {
      var test = try TestMachine(format, bytes: 4 << 20) {
        $0.policy.rights = rights
        $0.policy.mapsZeroFrame = false
      }
      _ = test.touch(0x5000, .read)
      let first = test.write(1, at: 0x5000)
      #expect((first.exits, test.machine.counters.pfFast) == (1, 0))
      #expect(test.machine.ledger.amount(of: .lock, for: Self.permit) == 1)
      // Once it has been given, what a log takes away comes back without the lock.
      try test.machine.startDirtyLog(slot: 0, on: &test.host)
      let second = test.write(2, at: 0x5000)
      #expect((second.exits, test.machine.counters.pfFast) == (1, 1))
      #expect(test.machine.ledger.amount(of: .lock, for: Self.log) == 0)
      // A page that was only read under the log never had the right.
      _ = test.touch(0x6000, .read)
      _ = test.write(1, at: 0x6000)
      #expect(test.machine.counters.pfFast == 1)
    }
  }

  @Test("a write to a large page whose writes are logged is split with the lock", arguments: x86)
  func large(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20) { $0.policy.backing = .large }
    test.write(1, at: 0)
    try test.machine.startDirtyLog(slot: 0, splitting: .onFault, on: &test.host)
    test.write(2, at: 0x3000)
    #expect(test.machine.counters.pfFast == 0)
    let split = Activity.fault(FaultEvent(.permission, .finalAccess, .split))
    #expect(test.machine.ledger.amount(of: .lock, for: split) == 1)
    test.write(2, at: 0x4000)
    #expect(test.machine.counters.pfFast == 1)
  }

  @Test("rights that a scan took away", arguments: [HostFormat.ept4, .ept5])
  func accessTracking(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 8 << 20) {
      $0.policy.backing = .large
      $0.hasEPTFlags = false
    }
    test.write(1, at: 0)
    test.write(1, at: 0x20_0000)
    _ = test.machine.scanAccessed(slot: 0, on: &test.host)
    let read = test.touch(0x1000, .read)
    #expect((read.exits, test.machine.counters.pfFast) == (1, 1))
    // A large page whose writes are logged by small ones comes back by way of the lock, split, in one
    // fault.
    try test.machine.startDirtyLog(slot: 0, splitting: .onFault, on: &test.host)
    _ = test.machine.scanAccessed(slot: 0, on: &test.host)
    let written = test.write(2, at: 0x20_3000)
    #expect((written.end, written.exits, test.machine.counters.pfFast) == (.arrived, 1, 1))
    let split = FaultEvent(.missing, .finalAccess, .split)
    #expect(test.machine.ledger.count(of: .fault(split)) == 1)
    #expect(test.machine.ledger.amount(of: .lock, for: .fault(split)) == 1)
    let logged = test.machine.dirtyPages(slot: 0)
    #expect(logged?.count == 1 && logged?.contains(GuestPhysical(0x20_3000)) == true)
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("access-flag faults of software", arguments: [HostFormat.arm4K, .sv39x4])
  func flagFaults(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20) { $0.setsAccessedFlags = false }
    test.write(1, at: 0x1000)
    _ = test.machine.scanAccessed(slot: 0, on: &test.host)
    let read = test.touch(0x1000, .read)
    #expect((read.exits, test.machine.counters.pfFast) == (1, 0))
  }
}
