import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Each way to learn of writes has its own counts")
struct DirtyMechanismTests {
  private static let intel: [HostFormat] = [.ept4, .ept5]

  /// A machine whose first `pages` pages were written.
  private func machine(
    _ format: HostFormat, pages: UInt64, backing: FrameOrder = .small, processors: Int = 1
  ) throws -> TestMachine {
    var test = try TestMachine(format, bytes: 16 << 20) {
      $0.policy.backing = backing
      $0.processors = processors
    }
    for page in stride(from: 0, to: pages, by: Int(backing.frames)) {
      test.write(1, at: page << 12)
    }
    return test
  }

  /// Writes to pages, and says how many exits that took.
  private func write(
    _ test: inout TestMachine, _ pages: Range<UInt64>, processor: Int = 0
  ) -> Int {
    var exits = 0
    for page in pages {
      let outcome = test.machine.touch(
        processor: processor, GuestVirtual(page << 12), .write, on: &test.host)
      #expect(outcome.end == .arrived)
      exits += outcome.exits
    }
    return exits
  }

  @Test("dirty flags: n written, no fault, one scan of all entries", arguments: TestMachine.formats)
  func flags(_ format: HostFormat) throws {
    var test = try machine(format, pages: 1000)
    try test.machine.startDirtyLog(slot: 0, mechanism: .flags, on: &test.host)
    let before = test.machine.ledger
    let exits = write(&test, 100..<400)
    #expect(exits == 0)
    var used = test.machine.ledger.since(before)
    #expect(used.amount(of: .tableUpdate, for: .access) == 300)
    let flushes = test.machine.counters.remoteTLBFlush
    let found = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(found?.count == 300 && found?.contains(GuestPhysical(399 << 12)) == true)
    #expect(test.machine.counters.remoteTLBFlush == flushes + 1)
    used = test.machine.ledger.since(before)
    #expect(used.amount(of: .scanEntry, for: .work(.collect)) == 1000)
    #expect(used.amount(of: .changeEntry, for: .work(.collect)) == 300)
    let again = write(&test, 150..<160)
    let next = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect((again, next?.count) == (0, 10))
    // What is new is clean until it is written.
    _ = test.touch(2000 << 12, .read)
    _ = test.touch(2001 << 12, .write)
    let fresh = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(fresh?.count == 1 && fresh?.contains(GuestPhysical(2001 << 12)) == true)
  }

  @Test(
    "dirty flags of large pages are as large, unless they are split", arguments: TestMachine.formats
  )
  func largeFlags(_ format: HostFormat) throws {
    for (splitting, pages) in [(LogSplitting.onFault, 512), (.eager, 1)] {
      var test = try machine(format, pages: 2048, backing: .large)
      try test.machine.startDirtyLog(
        slot: 0, splitting: splitting, mechanism: .flags, on: &test.host)
      let exits = write(&test, 700..<701)
      let found = test.machine.collectDirty(slot: 0, on: &test.host)
      #expect((exits, found?.count) == (0, pages))
    }
  }

  @Test(
    "chunks of a large page that was not split take no write from each other",
    arguments: TestMachine.formats)
  func largeFlagsInChunks(_ format: HostFormat) throws {
    var test = try machine(format, pages: 2048, backing: .large)
    try test.machine.startDirtyLog(
      slot: 0, splitting: .onFault, mechanism: .flags, on: &test.host)
    _ = write(&test, 700..<701)
    test.machine.syncDirty(slot: 0, on: &test.host)
    let start = test.machine.dirtyPages(slot: 0)
    let noted = try #require(start)
    #expect(noted.count == 512)
    let first = noted.clamped(to: TestMachine.range(512 << 12, 64 << 12))
    let second = noted.clamped(to: TestMachine.range(576 << 12, 64 << 12))
    test.machine.clearDirty(first, slot: 0, on: &test.host)
    let between = test.machine.dirtyPages(slot: 0)
    #expect(between?.count == 448)
    let exits = write(&test, 520..<521)
    #expect(exits == 0)
    // The large page's one flag is cleared with the second chunk, and has to be kept for the first.
    test.machine.clearDirty(second, slot: 0, on: &test.host)
    let left = test.machine.dirtyPages(slot: 0)
    #expect(left?.count == 448)
    #expect(left?.contains(GuestPhysical(520 << 12)) == true)
    #expect(left?.contains(GuestPhysical(600 << 12)) == false)
    _ = test.machine.collectDirty(slot: 0, on: &test.host)
    let rest = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(rest?.count == 0)
  }

  @Test(
    "initially all set: nothing faults before it is cleared, chunk by chunk",
    arguments: TestMachine.formats)
  func allSet(_ format: HostFormat) throws {
    for splitting in [LogSplitting.eager, .onFault, .breaking] {
      var test = try machine(format, pages: 2048, backing: .large)
      let ledger = test.machine.ledger
      try test.machine.startDirtyLog(
        slot: 0, splitting: splitting, mechanism: .initiallyAllSet, on: &test.host)
      #expect(test.machine.ledger == ledger)
      let start = test.machine.dirtyPages(slot: 0)
      let all = try #require(start)
      #expect(all.count == 4096)
      let early = write(&test, 0..<2048)
      #expect(early == 0)
      // Chunks of 64 pages, as in a word of KVM's bitmap, over the first two large pages.
      for chunk in UInt64(0)..<16 {
        let range = TestMachine.range(chunk << 18, 64 << 12)
        test.machine.clearDirty(all.clamped(to: range), slot: 0, on: &test.host)
      }
      let used = test.machine.ledger.since(ledger)
      let isEager = splitting == .eager
      #expect(used.amount(of: .installEntry, for: .work(.split)) == (isEager ? 1024 : 0))
      let changes = used.amount(of: .changeEntry, for: .work(.collect))
      #expect(changes == (isEager && format.isa != .arm ? 1024 : 2))
      #expect(used.count(of: .work(.collect)) == 16)
      let first = write(&test, 0..<1024)
      let rest = write(&test, 1024..<2048)
      #expect((first, rest) == (1024, 0))
      let left = test.machine.dirtyPages(slot: 0)?.count
      #expect(left == 4096)
      let problems = test.problems()
      #expect(problems == [])
    }
  }

  @Test("what flags say of an entry outlives it", arguments: TestMachine.formats)
  func gone(_ format: HostFormat) throws {
    var test = try machine(format, pages: 100)
    try test.machine.startDirtyLog(slot: 0, mechanism: .flags, on: &test.host)
    _ = write(&test, 10..<20)
    try test.machine.reclaim([TestMachine.range(15 << 12, 30 << 12)], on: &test.host)
    let read = test.read(17 << 12)
    #expect(read == 1)
    let found = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(found?.count == 10)
    let rest = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(rest?.count == 0)
  }

  @Test(
    "pages side by side that go at once leave their flags to their own slots",
    arguments: TestMachine.formats)
  func neighbours(_ format: HostFormat) throws {
    var mechanisms = [DirtyMechanism.flags]
    if Self.intel.contains(format) { mechanisms.append(.modificationLog) }
    for mechanism in mechanisms {
      for logged in 0..<2 {
        let slots = [
          Slot(at: GuestPhysical(0), bytes: 2 << 20),
          Slot(at: GuestPhysical(2 << 20), bytes: 2 << 20),
        ]
        var test = try TestMachine(MachineConfiguration(format, slots: slots))
        _ = write(&test, 496..<528)
        try test.machine.startDirtyLog(slot: logged, mechanism: mechanism, on: &test.host)
        let exits = write(&test, 500..<524)
        #expect(exits == 0)
        let flushes = test.machine.counters.remoteTLBFlush
        let outcome = try test.machine.reclaim(
          [TestMachine.range(496 << 12, 32 << 12)], on: &test.host)
        #expect((outcome.pages, outcome.entries) == (32, 32))
        #expect(test.machine.counters.remoteTLBFlush == flushes + 1)
        let found = test.machine.collectDirty(slot: logged, on: &test.host)
        let written = GuestPhysical(logged == 0 ? 511 << 12 : 512 << 12)
        #expect(found?.count == 12 && found?.contains(written) == true)
        let problems = test.problems()
        #expect(problems == [])
      }
    }
  }

  @Test(
    "page-modification logging: ⌈n/512⌉ − 1 exits for n pages, none of them a fault",
    arguments: intel, [UInt64(1), 511, 512, 513, 1024, 1025, 2048])
  func modificationLog(_ format: HostFormat, _ pages: UInt64) throws {
    var test = try machine(format, pages: 2048)
    try test.machine.startDirtyLog(slot: 0, mechanism: .modificationLog, on: &test.host)
    let before = test.machine.ledger
    for _ in 0..<2 {
      let exits = write(&test, 0..<pages)
      #expect(exits == 0)
    }
    let full = (pages + 511) / 512 - 1
    #expect(test.machine.dirty.transitions == pages)
    #expect(test.machine.dirty.logFullExits == full)
    #expect(test.machine.dirty.drainedEntries == full * 512)
    let found = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(found?.count == Int(pages))
    let used = test.machine.ledger.since(before)
    let collect = Activity.work(.collect)
    #expect(used.exits == 0)
    #expect(used.amount(of: .drainEntry, for: collect) == pages)
    #expect(used.amount(of: .exit, for: collect) == full + 1)
    #expect(used.amount(of: .changeEntry, for: collect) == pages)
    #expect(test.machine.dirty.kicks == 1)
    let again = write(&test, 0..<1)
    let next = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect((again, next?.count) == (0, 1))
  }

  @Test("a log is emptied at every exit, each processor's for itself", arguments: intel)
  func drains(_ format: HostFormat) throws {
    var test = try machine(format, pages: 2048, processors: 2)
    try test.machine.startDirtyLog(slot: 0, mechanism: .modificationLog, on: &test.host)
    _ = write(&test, 0..<500, processor: 0)
    _ = write(&test, 500..<900, processor: 1)
    // A new page's fault empties the log of its processor alone.
    _ = write(&test, 2100..<2101, processor: 0)
    #expect(test.machine.dirty.drainedEntries == 500)
    _ = write(&test, 900..<1400, processor: 0)
    #expect(test.machine.dirty.logFullExits == 0)
    let found = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(found?.count == 1401)
    #expect(test.machine.dirty.kicks == 2)
  }

  @Test("tables that are walked are logged, for a walk counts as writes", arguments: intel)
  func tables(_ format: HostFormat) throws {
    var test = try machine(format, pages: 2048)
    var space = try test.machine.makeSpace(
      .x86Level4, at: GuestPhysical(0), bytes: 64 << 12, on: &test.host)
    try test.machine.load(
      &space, GuestVirtual(0x4000_0000), bytes: 1 << 20, to: GuestPhysical(0x10_0000), .readWrite,
      on: &test.host)
    try test.machine.run(space.root, processor: 0)
    try test.machine.startDirtyLog(slot: 0, mechanism: .modificationLog, on: &test.host)
    for page in UInt64(0)..<8 {
      test.machine.touch(
        processor: 0, GuestVirtual(0x4000_0000 + page << 12), page < 3 ? .write : .read,
        on: &test.host)
    }
    // Four tables and three pages.
    #expect(test.machine.dirty.transitions == 7)
    let found = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(found?.count == 7)
  }

  @Test(
    "large pages are split by a fault, and their small ones logged by hardware later",
    arguments: intel)
  func largeModificationLog(_ format: HostFormat) throws {
    var test = try machine(format, pages: 1024, backing: .large)
    let flushes = test.machine.counters.remoteTLBFlush
    try test.machine.startDirtyLog(
      slot: 0, splitting: .onFault, mechanism: .modificationLog, on: &test.host)
    #expect(test.machine.counters.remoteTLBFlush == flushes + 1)
    let first = write(&test, 0..<600)
    #expect(first == 600)
    let found = test.machine.collectDirty(slot: 0, on: &test.host)
    let second = write(&test, 0..<600)
    let next = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect((found?.count, second, next?.count) == (600, 0, 600))
    #expect(test.machine.dirty.transitions == 600)
  }

  @Test(
    "a ring of s free entries is full ⌊(n − 1)/(s − 1)⌋ times in n pages: the page that fills it faults again",
    arguments: TestMachine.formats)
  func ring(_ format: HostFormat) throws {
    for pages in [UInt64(1), 99, 100, 101, 199, 200, 1000] {
      var test = try machine(format, pages: 1000)
      try test.machine.startDirtyLog(
        slot: 0, mechanism: .ring(entries: 164), on: &test.host)
      let exits = write(&test, 0..<pages)
      let full = (pages - 1) / 99
      #expect(test.machine.dirty.ringFullExits == full)
      #expect(exits == Int(pages + full))
      let used = test.machine.ledger
      #expect(used.amount(of: .logDirty) == pages + full)
      #expect(used.amount(of: .userspaceExit, for: .work(.collect)) == full)
      let found = test.machine.collectDirty(slot: 0, on: &test.host)
      #expect(found?.count == Int(pages))
      #expect(test.machine.dirty.drainedEntries == pages + full)
      let again = write(&test, 0..<1)
      let rest = test.machine.collectDirty(slot: 0, on: &test.host)
      #expect((again, rest?.count) == (1, 1))
    }
  }

  @Test(
    "a log that is emptied into a ring fills it in steps of 512, and none of it is a fault",
    arguments: intel, [UInt64(1), 512, 513, 1536, 1537, 4096])
  func modificationRing(_ format: HostFormat, _ pages: UInt64) throws {
    var test = try machine(format, pages: 4096)
    // 2,048 entries but for 64 and a whole log: full after three logs.
    try test.machine.startDirtyLog(
      slot: 0, mechanism: .modificationRing(entries: 2048), on: &test.host)
    let before = test.machine.ledger
    let exits = write(&test, 0..<pages)
    #expect(exits == 0)
    let full = (pages + 511) / 512 - 1
    #expect(test.machine.dirty.logFullExits == full)
    #expect(test.machine.dirty.ringFullExits == full / 3)
    let used = test.machine.ledger.since(before)
    #expect(used.exits == 0)
    #expect(used.amount(of: .userspaceExit, for: .work(.collect)) == full / 3)
    // What was taken out of the ring has clean flags, and is written down again.
    let again = write(&test, 0..<1)
    #expect(again == 0)
    #expect(test.machine.dirty.transitions == pages + (full >= 3 ? 1 : 0))
    let found = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(found?.count == Int(pages))
    let rest = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(rest?.count == 0)
    let written = write(&test, 7..<9)
    let last = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect((written, last?.count) == (0, 2))
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("large pages under a ring that hardware fills", arguments: intel)
  func largeModificationRing(_ format: HostFormat) throws {
    var test = try machine(format, pages: 1024, backing: .large)
    try test.machine.startDirtyLog(
      slot: 0, splitting: .onFault, mechanism: .modificationRing(entries: 1024), on: &test.host)
    let first = write(&test, 0..<600)
    #expect(first == 600)
    // Faults put entries into the ring themselves: 448 fill it.
    #expect(test.machine.dirty.ringFullExits == 1)
    let found = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(found?.count == 600)
  }

  @Test("each processor has a ring of its own", arguments: TestMachine.formats)
  func rings(_ format: HostFormat) throws {
    var test = try machine(format, pages: 400, processors: 4)
    try test.machine.startDirtyLog(slot: 0, mechanism: .ring(entries: 164), on: &test.host)
    for processor in 0..<4 {
      let first = UInt64(processor) * 99
      _ = write(&test, first..<first + 99, processor: processor)
    }
    #expect(test.machine.dirty.ringFullExits == 0)
    let found = test.machine.collectDirty(slot: 0, on: &test.host)
    #expect(found?.count == 396)
  }

  @Test("what processors don't have is refused")
  func refusals() throws {
    func refusal(
      _ format: HostFormat, _ mechanism: DirtyMechanism,
      _ change: (inout MachineConfiguration) -> Void = { _ in }
    ) throws -> MachineError? {
      var test = try TestMachine(format, bytes: 1 << 20, change)
      do throws(MachineError) {
        try test.machine.startDirtyLog(slot: 0, mechanism: mechanism, on: &test.host)
        return nil
      } catch {
        return error
      }
    }
    #expect(try refusal(.ept4, .flags) { $0.hasEPTFlags = false } == .noDirtyFlags(.ept4))
    #expect(try refusal(.arm4K, .flags) { $0.setsDirtyFlags = false } == .noDirtyFlags(.arm4K))
    #expect(try refusal(.sv39x4, .flags) { $0.setsAccessedFlags = false } == .noDirtyFlags(.sv39x4))
    #expect(try refusal(.npt4, .modificationLog) == .noModificationLog(.npt4))
    #expect(try refusal(.ept4, .ring(entries: 65)) == .ringTooSmall(free: 1))
    #expect(try refusal(.ept4, .ring(entries: 66)) == nil)
  }
}
