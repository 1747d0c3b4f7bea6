import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("The host takes pages away")
struct ZapTests {
  private static let zap = Activity.work(.zap)

  /// What one flush of `pages` single pages costs a host's thread with `running` processors.
  private func checkFlush(_ ledger: Ledger, _ format: HostFormat, pages: UInt64, running: UInt64) {
    let broadcasts: UInt64 = pages > 64 ? 1 : pages + 1
    let isArm = format.isa == .arm
    #expect(ledger.amount(of: .flushBroadcast, for: Self.zap) == (isArm ? broadcasts : 0))
    #expect(ledger.amount(of: .flushRemote, for: Self.zap) == (isArm ? 0 : running))
    #expect(ledger.amount(of: .flushLocal, for: Self.zap) == 0)
  }

  @Test(
    "n pages that are swapped out share one flush, and come back by n requests to storage",
    arguments: TestMachine.formats, [UInt64(10), 200])
  func reclaim(_ format: HostFormat, _ pages: UInt64) throws {
    var test = try TestMachine(format, bytes: 8 << 20) { $0.processors = 5 }
    test.machine.setRunning(false, processor: 3)
    for page in 0..<2 * pages { test.write(page + 7, at: page * 4096) }
    let free = test.host.frames.freeFrames
    let before = test.machine.counters.remoteTLBFlush
    // Every other page: no two are neighbours.
    let ranges = (0..<pages).map { TestMachine.range($0 * 2 * 4096, 4096) }
    let outcome = try test.machine.reclaim(ranges, on: &test.host)
    #expect((outcome.pages, outcome.entries, outcome.freedFrames) == (pages, pages, pages))
    #expect(test.host.frames.freeFrames == free + pages)
    #expect(test.machine.counters.remoteTLBFlush == before + 1)
    var ledger = test.machine.ledger
    #expect(ledger.count(of: Self.zap) == pages)
    #expect(ledger.amount(of: .changeEntry, for: Self.zap) == pages)
    #expect(ledger.amount(of: .storageByte, for: Self.zap) == pages * 4096)
    #expect(ledger.amount(of: .storageRequest, for: Self.zap) == pages)
    checkFlush(ledger, format, pages: pages, running: 4)
    let problems = test.problems()
    #expect(problems == [])
    for page in 0..<2 * pages {
      let word = test.read(page * 4096)
      #expect(word == page + 7)
    }
    ledger = test.machine.ledger
    let missing = Activity.fault(FaultEvent(.missing, .finalAccess, .allocate))
    #expect(ledger.count(of: missing) == 3 * pages)
    #expect(ledger.amount(of: .storageRequest, for: missing) == pages)
    #expect(ledger.amount(of: .storageByte, for: missing) == pages * 4096)
    let after = test.problems()
    #expect(after == [])
  }

  @Test("a part of a large page is split off, entry by entry", arguments: TestMachine.formats)
  func part(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 8 << 20) { $0.policy.backing = .large }
    test.write(1, at: 0x20_0000)
    test.write(2, at: 0x20_5000)
    test.write(3, at: 0x3f_f000)
    #expect(test.machine.counters.pages2M == 1)
    let outcome = try test.machine.reclaim(
      [TestMachine.range(0x20_5000, 0x3000)], on: &test.host)
    #expect((outcome.pages, outcome.entries, outcome.freedFrames) == (3, 3, 3))
    let counters = test.machine.counters
    #expect((counters.pages2M, counters.pages4K) == (0, 509))
    let ledger = test.machine.ledger
    #expect(ledger.amount(of: .installEntry, for: Self.zap) == 512)
    #expect(ledger.amount(of: .installTable, for: Self.zap) == 1)
    let problems = test.problems()
    #expect(problems == [])
    let words = [test.read(0x20_0000), test.read(0x20_5000), test.read(0x3f_f000)]
    #expect(words == [1, 2, 3])
    let event = Activity.fault(FaultEvent(.missing, .finalAccess, .allocate))
    #expect(test.machine.ledger.amount(of: .storageRequest, for: event) == 1)
    let after = test.problems()
    #expect(after == [])
  }

  @Test(
    "a balloon's pages are zeros again, or come from their file", arguments: TestMachine.formats)
  func balloon(_ format: HostFormat) throws {
    for source in [Slot.Source.zero, .file] {
      let slot = Slot(at: GuestPhysical(0), bytes: 8 << 20, source: source)
      var configuration = MachineConfiguration(format, slots: [slot])
      configuration.policy.backing = .large
      var test = try TestMachine(configuration)
      test.write(9, at: 0)
      test.write(8, at: 0x20_0000)
      let outcome = test.machine.inflateBalloon(
        [TestMachine.range(0, 0x20_1000)], on: &test.host)
      #expect((outcome.pages, outcome.entries, outcome.freedFrames) == (513, 2, 513))
      let problems = test.problems()
      #expect(problems == [])
      let words = [test.read(0), test.read(0x20_0000)]
      #expect(words == [0, 0])
      // The whole large page comes back large, the hole in the other one small.
      let counters = test.machine.counters
      #expect((counters.pages2M, counters.pages4K) == (1, 512))
      let ledger = test.machine.ledger
      #expect(ledger.amount(of: .storageRequest) == 0)
      #expect(ledger.amount(of: .pageCache) == (source == .file ? 4 : 0))
    }
  }

  @Test("pages move to another node with their words", arguments: TestMachine.formats)
  func migrate(_ format: HostFormat) throws {
    for order in [FrameOrder.small, .large, .huge] {
      var host = try Host(nodeBytes: [4 << 30, 4 << 30])
      var configuration = MachineConfiguration(format, bytes: 1 << 30)
      configuration.policy.backing = order
      let machine = try VirtualMachine(configuration, on: &host)
      var test = TestMachine(host, machine)
      test.write(5, at: 0x3000)
      test.write(6, at: 0x20_4000)
      let taken = order == .huge ? order.frames : 2 * order.frames
      let outcome = test.machine.migrate(
        [TestMachine.range(0, 1 << 30)], toNode: 1, on: &test.host)
      #expect((outcome.pages, outcome.freedFrames) == (taken, taken))
      #expect(test.machine.ledger.amount(of: .copyByte, for: Self.zap) == taken * 4096)
      let problems = order == .huge ? [] : test.problems()
      #expect(problems == [])
      let again = test.machine.migrate(
        [TestMachine.range(0, 1 << 30)], toNode: 1, on: &test.host)
      #expect(again.pages == 0)
      let first = test.touch(0x3000, .read)
      #expect(first.exits == 1 && first.hostPhysical.value >= 4 << 30)
      let words = [test.read(0x3000), test.read(0x20_4000)]
      #expect(words == [5, 6])
      #expect(test.machine.ledger.amount(of: .storageRequest) == 0)
    }
  }

  @Test("512 small pages become a large one with their bytes", arguments: TestMachine.formats)
  func collapse(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 8 << 20)
    for page in UInt64(0)..<300 { test.write(page + 1, at: 0x20_0000 + page * 4096) }
    for page in UInt64(300)..<310 { _ = test.read(0x20_0000 + page * 4096) }
    try test.machine.reclaim([TestMachine.range(0x20_0000, 5 * 4096)], on: &test.host)
    let free = test.host.frames.freeFrames
    let done = test.machine.collapse(GuestPhysical(0x20_1000), on: &test.host)
    #expect(done)
    #expect(test.host.frames.freeFrames == free + 295 - 512)
    let problems = test.problems()
    #expect(problems == [])
    let exits = test.machine.ledger.exits
    for page in UInt64(0)..<512 {
      let word = test.read(0x20_0000 + page * 4096)
      #expect(word == (page < 300 ? page + 1 : 0))
    }
    #expect(test.machine.ledger.exits == exits + 1)
    #expect(test.machine.counters.pages2M == 1)
    let work = Activity.work(.collapse)
    let ledger = test.machine.ledger
    #expect(ledger.amount(of: .copyByte, for: work) == 295 * 4096)
    #expect(ledger.amount(of: .storageRequest, for: work) == 5)
    #expect(ledger.amount(of: .zeroByte, for: work) == 212 * 4096)
    #expect(ledger.amount(of: .changeEntry, for: work) == 305)
    let again = test.machine.collapse(GuestPhysical(0x20_1000), on: &test.host)
    #expect(!again)
  }

  @Test(
    "words of a guest's tables survive being swapped, moved and collapsed",
    arguments: CascadeTests.Pair.all)
  func tables(_ pair: CascadeTests.Pair) throws {
    var test = try TestMachine(pair.host, bytes: 64 << 20)
    var space = try test.machine.makeSpace(
      pair.guest, at: GuestPhysical(16 << 20), bytes: 1 << 20, on: &test.host)
    try test.machine.load(
      &space, GuestVirtual(0x12_3456_0000), bytes: pair.pageBytes, to: GuestPhysical(0x1_0000),
      .readWrite, on: &test.host)
    try test.machine.run(space.root, processor: 0)
    let levels = pair.guest.shape.levels
    let address = GuestVirtual(0x12_3456_0008)
    let first = test.machine.touch(processor: 0, address, .write, on: &test.host)
    #expect(first.cascades == levels)
    let all = TestMachine.range(0, 64 << 20)
    for round in 0..<3 {
      switch round {
      case 0: try test.machine.reclaim([all], on: &test.host)
      case 1: _ = test.machine.inflateBalloon([all], on: &test.host)
      default: _ = test.machine.collapse(GuestPhysical(16 << 20), on: &test.host)
      }
      // While the words are away they can be edited from outside.
      try test.machine.load(
        &space, GuestVirtual(0x12_3460_0000 + UInt64(round) * pair.pageBytes),
        bytes: pair.pageBytes, to: GuestPhysical(0x2_0000), .readWrite, on: &test.host)
      let again = test.machine.touch(processor: 0, address, .read, on: &test.host)
      #expect(again.end == .arrived)
      let other = GuestVirtual(0x12_3460_0000 + UInt64(round) * pair.pageBytes)
      let edited = test.machine.touch(processor: 0, other, .write, on: &test.host)
      #expect(edited.end == .arrived)
      let problems = test.problems()
      #expect(problems == [])
    }
  }

  @Test("k machines share a page until they write to it", arguments: TestMachine.formats)
  func sharers(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20)
    test.write(42, at: 0x3000)
    var sharers: [UInt64] = [0x3000]
    let frame = try #require(test.machine.share(GuestPhysical(0x3000), on: &test.host))
    for page in UInt64(100)..<107 {
      test.write(42, at: page * 4096)
      sharers.append(page * 4096)
    }
    let free = test.host.frames.freeFrames
    let outcome = test.machine.merge(
      sharers.dropFirst().map { GuestPhysical($0) }, into: frame, on: &test.host)
    #expect((outcome.pages, outcome.freedFrames) == (7, 7))
    #expect(test.host.frames.freeFrames == free + 7)
    #expect(test.host.frames.references(of: frame) == 8)
    let problems = test.problems()
    #expect(problems == [])
    for (number, address) in sharers.enumerated() {
      let word = test.read(address)
      #expect(word == 42)
      let written = test.write(UInt64(number), at: address)
      #expect(written.exits == 1)
      #expect(test.host.frames.references(of: frame) == UInt64(max(7 - number, 1)))
      let problems = test.problems()
      #expect(problems == [])
    }
    let copies = test.count(.permission, .finalAccess, .copy)
    #expect(copies == 8)
    // The last one owns the frame: nothing is copied for it.
    #expect(test.machine.ledger.amount(of: .copyByte) == 7 * 4096)
    let words = sharers.map { test.read($0) }
    #expect(words == (0..<8).map { UInt64($0) })
  }

  @Test(
    "a forked machine has the same bytes, and each write copies", arguments: TestMachine.formats)
  func fork(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 8 << 20) { $0.policy.backing = .large }
    for page in UInt64(0)..<512 { test.write(page + 1, at: 0x20_0000 + page * 4096) }
    try test.machine.reclaim([TestMachine.range(0x20_0000, 0x4000)], on: &test.host)
    let free = test.host.frames.freeFrames
    var child = try test.machine.fork(on: &test.host)
    #expect(free - test.host.frames.freeFrames == 512)
    for page in UInt64(0)..<512 {
      let address = GuestPhysical(0x20_0000 + page * 4096)
      let found = child.touchPhysical(address, .read, on: &test.host)
      let word = test.host.memory.word(at: found.hostPhysical)
      #expect(word == page + 1)
      if page % 2 == 0 {
        let written = child.touchPhysical(address, .write, on: &test.host)
        test.note(1000, at: written.hostPhysical)
      }
    }
    for page in UInt64(0)..<512 {
      let word = test.read(0x20_0000 + page * 4096)
      #expect(word == page + 1)
    }
    #expect(child.ledger.amount(of: .copyByte) == 254 * 4096)
    #expect(child.ledger.amount(of: .storageRequest) == 4)
  }
}
