import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Memory is populated at three depths")
struct PopulationTests {
  private static let pages: UInt64 = 1500

  @Test(
    "the process's table alone: every fault remains, and takes no frame",
    arguments: TestMachine.formats)
  func process(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: Self.pages * 4096)
    let done = try test.machine.populate(to: .process, on: &test.host)
    #expect(done.pages == Self.pages && done.hostFaults == Self.pages)
    #expect(done.entries == 0 && done.tables == 0)
    let work = Activity.work(.populate)
    let before = test.machine.ledger
    #expect(before.count(of: work) == Self.pages && before.exits == 0)
    #expect(before.amount(of: .hostFault, for: work) == Self.pages)
    #expect(before.amount(of: .zeroByte, for: work) == Self.pages * 4096)
    #expect(before.amount(of: .hostLookup) == 0 && before.amount(of: .installEntry) == 0)
    for page in 0..<Self.pages {
      let outcome = test.touch(page * 4096, page % 2 == 0 ? .write : .read)
      #expect(outcome.exits == 1)
    }
    let after = test.machine.ledger.since(before)
    #expect(after.faults(.missing) == Self.pages && after.exits == Self.pages)
    #expect(after.amount(of: .hostLookup) == Self.pages)
    for component in [Component.hostFault, .allocate, .zeroByte] {
      #expect(after.amount(of: component) == 0, "\(component)")
    }
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test(
    "for reading: what nothing backs faults again when it is written",
    arguments: TestMachine.formats)
  func reading(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: Self.pages * 4096)
    // A third is backed beforehand, by writes of the process.
    for page in stride(from: 0, to: Self.pages, by: 3) {
      let outcome = test.machine.touchByProcess(GuestPhysical(page * 4096), .write, on: &test.host)
      #expect(outcome.end == .arrived && outcome.exits == 0)
    }
    let done = try test.machine.populate(to: .reading, on: &test.host)
    #expect(done.entries == Self.pages && done.hostFaults == Self.pages * 2 / 3)
    let before = test.machine.ledger
    for page in 0..<Self.pages {
      let outcome = test.touch(page * 4096, .read)
      #expect(outcome.exits == 0)
    }
    for page in 0..<Self.pages {
      let outcome = test.touch(page * 4096, .write)
      #expect(outcome.exits == (page % 3 == 0 ? 0 : 1))
    }
    let after = test.machine.ledger.since(before)
    #expect(after.faults(.permission) == Self.pages * 2 / 3)
    #expect(after.faults(.missing) == 0)
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test(
    "for writing: no fault remains, whatever the size", arguments: TestMachine.formats,
    FrameOrder.allCases)
  func writing(_ format: HostFormat, _ order: FrameOrder) throws {
    let bytes: UInt64 = order == .huge ? 2 << 30 : 9 << 20
    var test = try TestMachine(format, bytes: bytes) { $0.policy.backing = order }
    let done = try test.machine.populate(to: .writing, on: &test.host)
    let pages = order == .large ? 4 + 256 : bytes / order.bytes
    #expect(done.pages == pages && done.entries == pages)
    let ledger = test.machine.ledger
    #expect(ledger.amount(of: .zeroByte, for: .work(.populate)) == bytes)
    #expect(ledger.amount(of: .installEntry) == pages)
    for address in stride(from: 0, to: bytes, by: Int(min(order.bytes, 1 << 20))) {
      let outcome = test.touch(address + 8, .write)
      #expect(outcome.exits == 0)
    }
    let again = try test.machine.populate(to: .writing, on: &test.host)
    #expect(again.entries == 0 && again.hostFaults == 0)
    if bytes < 1 << 30 {
      let problems = test.problems()
      #expect(problems == [])
    }
  }

  @Test(
    "4 GiB take 1,048,576 entries of 4K or 2,048 of 2M",
    arguments: [(FrameOrder.small, UInt64(1_048_576)), (.large, 2048)])
  func entries(_ order: FrameOrder, _ count: UInt64) throws {
    for format in [HostFormat.ept4, .arm4K, .sv48x4] {
      var configuration = MachineConfiguration(format, bytes: 4 << 30)
      configuration.policy.backing = order
      var test = try TestMachine(configuration, hostBytes: 8 << 30)
      let done = try test.machine.populate(to: .writing, on: &test.host)
      #expect(done.entries == count)
      #expect(test.machine.ledger.amount(of: .installEntry) == count)
      // Two tables of each level but the last, four gigabytes, and 512 tables of pages a gigabyte.
      let small = order == .small ? UInt64(2048) : 0
      #expect(done.tables >= small + 4 && done.tables <= small + 6)
    }
  }

  @Test("ranges and lists are populated and nothing else", arguments: TestMachine.formats)
  func parts(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 16 << 20)
    let ranges = [
      GuestPhysical(0x3000)..<GuestPhysical(0x5001),
      GuestPhysical(2 << 20)..<GuestPhysical(5 << 20),
    ]
    let done = try test.machine.populate(.ranges(ranges), to: .writing, on: &test.host)
    #expect(done.entries == 3 + 768)
    let hot = [UInt64(0x9123), 0x4000, 9 << 20].map { GuestPhysical($0) }
    let more = try test.machine.populate(.pages(hot), to: .writing, on: &test.host)
    #expect(more.pages == 3 && more.entries == 2)
    for page in UInt64(0)..<4096 {
      let outcome = test.touch(page * 4096, .write)
      let isIn = (3..<6).contains(page) || (512..<1280).contains(page) || [9, 2304].contains(page)
      #expect(outcome.exits == (isIn ? 0 : 1))
    }
    #expect(throws: MachineError.noMemoryAt(GuestPhysical(16 << 20))) {
      _ = try test.machine.populate(
        .pages([GuestPhysical(0), GuestPhysical(16 << 20)]), to: .process, on: &test.host)
    }
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("memory that a touch has been to is completed", arguments: TestMachine.formats)
  func completed(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 8 << 20)
    for page in [UInt64(3), 600, 601, 1900] { _ = test.touch(page * 4096, .write) }
    for page in [UInt64(7), 602, 1023] { _ = test.touch(page * 4096, .read) }
    let done = try test.machine.populate(to: .writing, on: &test.host)
    #expect(done.pages == 2048 && done.hostFaults == 2044)
    for page in UInt64(0)..<2048 {
      let outcome = test.touch(page * 4096, .write)
      #expect(outcome.exits == 0)
    }
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("a host that runs out says where, and keeps what is there")
  func exhausted() throws {
    var test = try TestMachine(MachineConfiguration(.ept4, bytes: 64 << 20), hostBytes: 16 << 20)
    #expect(throws: MachineError.self) {
      _ = try test.machine.populate(to: .writing, on: &test.host)
    }
    let count = test.machine.counters.pages4K
    #expect(count > 3000 && test.host.frames.freeFrames == 0)
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("a device that is passed through has all memory pinned", arguments: TestMachine.formats)
  func pinned(_ format: HostFormat) throws {
    for (order, pages) in [(FrameOrder.small, UInt64(4096)), (.large, 8)] {
      var test = try TestMachine(format, bytes: 16 << 20) { $0.policy.backing = order }
      _ = test.touch(0x1000, .read)
      try test.machine.pinAll(to: .writing, on: &test.host)
      let isPinned = test.machine.isPinned
      #expect(isPinned)
      let ledger = test.machine.ledger
      #expect(ledger.amount(of: .pin, for: .work(.populate)) == pages)
      let before = ledger.exits
      for address in stride(from: UInt64(0), to: 16 << 20, by: 4096) {
        let outcome = test.touch(address, .write)
        #expect(outcome.exits == 0)
      }
      #expect(test.machine.ledger.exits == before)
      let problems = test.problems()
      #expect(problems == [])
    }
  }

  @Test(
    "the process's write takes the second stage's frame of zeros away",
    arguments: TestMachine.formats)
  func processCopies(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20)
    test.machine.keepsRoutes = true
    _ = test.touch(0x5000, .read)
    test.machine.removeTakenRoutes()
    let outcome = test.machine.touchByProcess(GuestPhysical(0x5010), .write, on: &test.host)
    #expect(outcome.end == .arrived && outcome.hostPhysical.value & 0xfff == 0x10)
    let routes = test.machine.routes
    let known = try #require(routes)
    let route = known.routes[try #require(known.taken.first)]
    #expect(route.activity == .work(.populate) && route.event == nil)
    #expect(
      route.ledger.amount(of: .zeroByte) == 4096 && route.ledger.amount(of: .changeEntry) == 1)
    let again = test.touch(0x5000, .write)
    #expect(again.exits == 1 && again.hostPhysical.value == outcome.hostPhysical.value - 0x10)
    let absent = test.machine.touchByProcess(GuestPhysical(8 << 20), .read, on: &test.host)
    #expect(absent.end == .unresolved)
    let problems = test.problems()
    #expect(problems == [])
  }
}
