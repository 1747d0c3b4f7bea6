import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("What walks have read when a fault stops them")
struct StoppedWalkTests {
  static let page = GuestVirtual(0x12_3456_0000)

  /// A machine whose loader has mapped one page of a guest's, and touched nothing.
  private static func loaded(
    _ pair: CascadeTests.Pair, to target: GuestPhysical = GuestPhysical(0x1_0000),
    slots: [Slot] = [Slot(at: GuestPhysical(0), bytes: 64 << 20)], core: CoreModel? = nil
  ) throws -> TestMachine {
    var configuration = MachineConfiguration(pair.host, slots: slots)
    configuration.core = core
    var test = try TestMachine(configuration)
    var space = try test.machine.makeSpace(
      pair.guest, at: GuestPhysical(16 << 20), bytes: 1 << 20, on: &test.host)
    try test.machine.load(
      &space, page, bytes: pair.pageBytes, to: target, .readWrite, on: &test.host)
    try test.machine.run(space.root, processor: 0)
    return test
  }

  /// What stopped walks have read so far.
  private static func reads(_ test: borrowing TestMachine) -> Int {
    Int(test.machine.ledger.amount(of: .tableRead, for: .stoppedWalk))
  }

  @Test(
    "a cold walk that stops at each table of the guest's, and at the page, has read so much",
    arguments: CascadeTests.Pair.all)
  func cascade(_ pair: CascadeTests.Pair) throws {
    var test = try Self.loaded(pair)
    let (g, h) = (pair.guest.shape.levels, test.machine.root.shape.levels)
    var total = 0
    for stop in 0...g {
      let attempt = test.machine.attempt(processor: 0, Self.page, .write, on: &test.host)
      guard case .pending(let fault) = attempt else {
        Issue.record("try \(stop) is \(attempt)")
        return
      }
      // The tables that were passed, each found by h reads and read once; then the second stage's walk
      // that found nothing: in its root, in the last table beside the table before, or, for the page,
      // which has no neighbour in its 2 MiB, one level above.
      let last = stop == 0 ? 1 : stop == g ? h - 1 : h
      total += stop * (h + 1) + last
      let found = Self.reads(test)
      #expect(found == total, "stop \(stop)")
      #expect(test.machine.resolve(fault, on: &test.host) == .arrived)
    }
    #expect(total == (h + 1) * g * (g + 1) / 2 + g * h)
    guard case .arrived = test.machine.attempt(processor: 0, Self.page, .write, on: &test.host)
    else {
      Issue.record("the walk does not arrive")
      return
    }
    let found = Self.reads(test)
    #expect(found == total)
    let arrived = test.machine.ledger.amount(of: .tableRead, for: .access)
    #expect(arrived == UInt64((g + 1) * (h + 1) - 1))
  }

  @Test(
    "a touch counts what its halves do, with flags set and clear", arguments: CascadeTests.Pair.all)
  func wholeTouch(_ pair: CascadeTests.Pair) throws {
    var test = try Self.loaded(pair)
    let (g, h) = (pair.guest.shape.levels, test.machine.root.shape.levels)
    let outcome = test.machine.touch(processor: 0, Self.page, .write, on: &test.host)
    #expect(outcome.exits == g + 1)
    let found = Self.reads(test)
    #expect(found == (h + 1) * g * (g + 1) / 2 + g * h)
  }

  @Test("a walk stops at each level of the second stage", arguments: CascadeTests.Pair.all)
  func levels(_ pair: CascadeTests.Pair) throws {
    // Pages of slots that have nothing else within a gigabyte.
    let data: UInt64 = 1 << 38
    for level in 0...2 {
      let neighbour = data + 1 << UInt64(12 + 9 * level)
      var slots = [Slot(at: GuestPhysical(0), bytes: 64 << 20)]
      slots.append(Slot(at: GuestPhysical(data), bytes: 4096))
      slots.append(Slot(at: GuestPhysical(neighbour), bytes: 4096))
      var test = try Self.loaded(pair, to: GuestPhysical(data), slots: slots)
      let (g, h) = (pair.guest.shape.levels, test.machine.root.shape.levels)
      for address in stride(from: UInt64(16 << 20), to: 17 << 20, by: 4096) {
        _ = test.touch(address, .write)
      }
      let near = test.touch(neighbour, .write)
      #expect(near.end == .arrived && near.exits == 1)
      let before = Self.reads(test)
      let outcome = test.machine.touch(processor: 0, Self.page, .write, on: &test.host)
      #expect(outcome.end == .arrived && outcome.exits == 1)
      let found = Self.reads(test) - before
      #expect(found == g * (h + 1) + h - level, "level \(level)")
    }
  }

  @Test("a walk that the guest's own tables stop counts too", arguments: CascadeTests.Pair.all)
  func guestLevels(_ pair: CascadeTests.Pair) throws {
    var test = try Self.loaded(pair)
    let (g, h) = (pair.guest.shape.levels, test.machine.root.shape.levels)
    test.machine.touch(processor: 0, Self.page, .write, on: &test.host)
    for level in 0..<g {
      let before = Self.reads(test)
      let address = Self.page + 1 << UInt64(pair.guest.shape.shift(ofLevel: level))
      let outcome = test.machine.touch(processor: 0, address, .write, on: &test.host)
      #expect(outcome.end == .guestFault && outcome.exits == 0)
      let found = Self.reads(test) - before
      #expect(found == (g - level) * (h + 1), "level \(level)")
    }
  }

  @Test("with TLBs and walk caches the reads are those that were made", arguments: [true, false])
  func cached(_ hasCaches: Bool) throws {
    for pair in CascadeTests.Pair.all where pair.guest.shape.levels == 4 {
      guard let core = CoreModel.all.first(where: { $0.isa == pair.host.isa }) else { continue }
      let bare = CoreModel("bare", "A core that remembers nothing", pair.host.isa)
      var test = try Self.loaded(pair, core: hasCaches ? core : bare)
      let (g, h) = (pair.guest.shape.levels, test.machine.root.shape.levels)
      for _ in 0..<3 {
        let outcome = test.machine.touch(processor: 0, Self.page, .write, on: &test.host)
        #expect(outcome.end == .arrived)
      }
      let total = test.machine.ledger.amount(of: .tableRead)
      let made = test.machine.processors[0].caches[0].reads
      #expect(total == UInt64(made))
      let stopped = Self.reads(test)
      let cold = (h + 1) * g * (g + 1) / 2 + g * h
      #expect(hasCaches ? stopped < cold && stopped > 0 : stopped == cold)
    }
  }
}
