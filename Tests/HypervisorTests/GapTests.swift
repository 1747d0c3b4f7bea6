import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("What a machine keeps apart and gives back")
struct GapTests {
  @Test("a fork that finds no frame leaves no reference behind", arguments: TestMachine.formats)
  func fork(_ format: HostFormat) throws {
    var configuration = MachineConfiguration(format, bytes: 4 << 20)
    configuration.processors = 1
    var test = try TestMachine(configuration, hostBytes: 8 << 20)
    // Tables of a guest are copied by a fork: more of them than there will be frames.
    let guest: GuestFormat = format.isa == .x86 ? .x86Level4 : format.isa == .arm ? .arm4K : .sv39
    var space = try test.machine.makeSpace(
      guest, at: GuestPhysical(0), bytes: 64 << 12, on: &test.host)
    try test.machine.load(
      &space, GuestVirtual(0x4000_0000), bytes: 1 << 20, to: GuestPhysical(0), .readWrite,
      on: &test.host)
    for page in UInt64(0)..<200 { test.write(page, at: page << 12) }
    var taken: [FrameNumber] = []
    // All but the run that the child's tables take and a few frames.
    while test.host.frames.freeFrames > 512 + 30, let frame = test.host.frames.allocate(.small) {
      taken.append(frame)
    }
    let free = test.host.frames.freeFrames
    #expect(throws: MachineError.self) {
      _ = try test.machine.fork(on: &test.host)
    }
    #expect(test.host.frames.freeFrames == free)
    let problems = test.problems()
    #expect(problems == [])
    // What stands is as it was, and can be written.
    let words = (UInt64(64)..<200).map { test.read($0 << 12) }
    #expect(words == (UInt64(64)..<200).map { $0 })
    for frame in taken { test.host.frames.release(frame) }
  }

  @Test("a machine that is shut down leaves the host as it was", arguments: TestMachine.formats)
  func shutDown(_ format: HostFormat) throws {
    var host = try Host(bytes: 64 << 20)
    let free = host.frames.freeFrames
    for backing in [FrameOrder.small, .large] {
      var configuration = MachineConfiguration(format, bytes: 8 << 20)
      configuration.policy.backing = backing
      var machine = try VirtualMachine(configuration, on: &host)
      for page in UInt64(0)..<700 {
        let access: Access = page % 3 == 0 ? .read : .write
        machine.touchPhysical(GuestPhysical(page << 12), access, on: &host)
      }
      try machine.reclaim([TestMachine.range(0, 100 << 12)], on: &host)
      let child = try machine.fork(on: &host)
      machine.shutDown(on: &host)
      child.shutDown(on: &host)
      #expect(host.frames.freeFrames == free)
      #expect(host.frames.references(of: host.zeroFrame) == 1)
    }
  }

  @Test("tables over the frame of zeros get a frame of their own", arguments: TestMachine.formats)
  func zeroFrame(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20)
    for page in UInt64(0)..<16 { _ = test.touch(page << 12, .read) }
    let guest: GuestFormat = format.isa == .x86 ? .x86Level4 : format.isa == .arm ? .arm4K : .sv39
    var space = try test.machine.makeSpace(
      guest, at: GuestPhysical(0), bytes: 16 << 12, on: &test.host)
    try test.machine.load(
      &space, GuestVirtual(0x4000_0000), bytes: 4096, to: GuestPhysical(0x10_0000), .readWrite,
      on: &test.host)
    let zeros = (UInt64(0)..<512).map {
      test.host.memory.word(at: HostPhysical(test.host.zeroFrame.address + $0 * 8)) ?? 0
    }
    #expect(zeros.allSatisfy { $0 == 0 })
    let problems = test.problems()
    #expect(problems == [])
    try test.machine.run(space.root, processor: 0)
    let outcome = test.machine.touch(
      processor: 0, GuestVirtual(0x4000_0000), .write, on: &test.host)
    #expect(outcome.end == .arrived)
  }

  @Test("a guest-physical touch has the width of the second stage", arguments: TestMachine.formats)
  func wide(_ format: HostFormat) throws {
    var test = try TestMachine(
      MachineConfiguration(
        format,
        slots: [
          Slot(at: GuestPhysical(0), bytes: 4096),
          Slot(at: GuestPhysical(1 << 32), bytes: 1 << 20),
        ]))
    let outcome = test.touch(1 << 32 | 0x3000, .write)
    #expect((outcome.end, outcome.exits) == (.arrived, 1))
    let page = test.machine.tables.page(at: GuestPhysical(1 << 32 | 0x3000), in: test.host.memory)
    #expect(page?.address == outcome.hostPhysical)
    let low = test.machine.tables.page(at: GuestPhysical(0x3000), in: test.host.memory)
    #expect(low == nil)
    guard format.isa == .x86 else { return }
    // A processor without paging has 32 bits (SDM 3.3.1).
    let wrapped = test.machine.touch(processor: 0, GuestVirtual(1 << 32), .write, on: &test.host)
    let bottom = test.machine.tables.page(at: GuestPhysical(0), in: test.host.memory)
    #expect(bottom?.address == wrapped.hostPhysical)
  }

  @Test("flags that a walk sets before it faults are counted", arguments: [HostFormat.npt4, .ept4])
  func updates(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20)
    for page in UInt64(0)..<16 { _ = test.touch(page << 12, .write) }
    var space = try test.machine.makeSpace(
      .x86Level4, at: GuestPhysical(0), bytes: 16 << 12, on: &test.host)
    var attributes = GuestAttributes.readWrite
    attributes.isAccessed = false
    attributes.isDirty = false
    try test.machine.load(
      &space, GuestVirtual(0x4000_0000), bytes: 4096, to: GuestPhysical(0x10_0000), attributes,
      on: &test.host)
    try test.machine.run(space.root, processor: 0)
    let before = test.machine.ledger
    let outcome = test.machine.touch(
      processor: 0, GuestVirtual(0x4000_0000), .write, on: &test.host)
    #expect((outcome.end, outcome.exits) == (.arrived, 1))
    // Three tables are read by the try that finds no page at the second stage, and their entries are
    // accessed; the page's is accessed and dirty by one update of the try that does.
    let updates = test.machine.ledger.since(before).amount(of: .tableUpdate, for: .access)
    #expect(updates == 4)
  }
}
