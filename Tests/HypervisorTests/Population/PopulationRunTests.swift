import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Pages that were populated together are pages of their own")
struct PopulationRunTests {
  private static let pages: UInt64 = 1536
  /// Pages of two of the three runs, whole in neither.
  private static let part = UInt64(500)..<530

  private static func addresses(_ pages: Range<UInt64>) -> Range<GuestPhysical> {
    GuestPhysical(pages.lowerBound << 12)..<GuestPhysical(pages.upperBound << 12)
  }

  /// A machine with three runs of 2 MiB, each of which has one record as long as its pages are alike.
  private static func populated(_ format: HostFormat) throws -> TestMachine {
    var test = try TestMachine(format, bytes: pages * 4096)
    let done = try test.machine.populate(to: .writing, on: &test.host)
    #expect(done.pages == pages && done.hostFaults == pages && done.entries == pages)
    #expect(test.runs == [0, 1, 2])
    #expect(test.problems() == [])
    return test
  }

  @Test("what is reclaimed comes back with a fault each", arguments: TestMachine.formats)
  func reclaim(_ format: HostFormat) throws {
    var test = try Self.populated(format)
    let free = test.host.frames.freeFrames
    let done = try test.machine.reclaim([Self.addresses(Self.part)], on: &test.host)
    #expect(done.pages == 30 && done.entries == 30 && done.freedFrames == 30)
    #expect(test.host.frames.freeFrames == free + 30)
    #expect(test.runs == [2])
    #expect(test.problems() == [])
    try test.touchAll { Self.part.contains($0) ? 1 : 0 }
    #expect(test.host.frames.freeFrames == free)
    #expect(test.problems() == [])
  }

  @Test("what a balloon takes is free, a whole run as well", arguments: TestMachine.formats)
  func balloon(_ format: HostFormat) throws {
    var test = try Self.populated(format)
    let free = test.host.frames.freeFrames
    let done = test.machine.inflateBalloon([Self.addresses(0..<513)], on: &test.host)
    #expect(done.freedFrames == 513)
    #expect(test.host.frames.freeFrames == free + 513)
    #expect(test.runs == [2])
    #expect(test.problems() == [])
    // The first run comes back as one, the page of the second by itself.
    let again = try test.machine.populate(to: .writing, on: &test.host)
    #expect(again.hostFaults == 513 && again.entries == 513)
    #expect(test.runs == [0, 2])
    #expect(test.problems() == [])
  }

  @Test("a merged page has one frame, and a write copies it", arguments: TestMachine.formats)
  func merge(_ format: HostFormat) throws {
    var test = try Self.populated(format)
    let free = test.host.frames.freeFrames
    let shared = test.machine.share(GuestPhysical(700 << 12), on: &test.host)
    let frame = try #require(shared)
    let others = Self.part.map { GuestPhysical($0 << 12) }
    let done = test.machine.merge(others, into: frame, on: &test.host)
    #expect(done.freedFrames == 30)
    #expect(test.host.frames.freeFrames == free + 30)
    #expect(test.host.frames.references(of: frame) == 31)
    #expect(test.runs == [2])
    #expect(test.problems() == [])
    let write = test.touch(510 << 12, .write)
    #expect(write.end == .arrived && write.hostPhysical.value >> 12 != frame.value)
    #expect(test.host.frames.references(of: frame) == 30)
    #expect(test.host.frames.freeFrames == free + 29)
    #expect(test.problems() == [])
  }

  @Test("pages that move leave the rest where it is", arguments: TestMachine.formats)
  func migrate(_ format: HostFormat) throws {
    var host = try Host(nodeBytes: [64 << 20, 64 << 20])
    let machine = try VirtualMachine(MachineConfiguration(format, bytes: 2 << 20), on: &host)
    var test = TestMachine(host, machine)
    try test.machine.populate(to: .writing, on: &test.host)
    let done = test.machine.migrate([Self.addresses(3..<5)], toNode: 1, on: &test.host)
    #expect(done.pages == 2 && done.freedFrames == 2)
    for page in 0..<512 {
      let node = test.host.frames.node(of: test.machine.backing[page].frame)
      #expect(node == ((3..<5).contains(page) ? 1 : 0))
    }
    #expect(test.runs == [])
    #expect(test.problems() == [])
  }

  @Test(
    "a fork's write copies one page, and its end leaves one user", arguments: TestMachine.formats)
  func fork(_ format: HostFormat) throws {
    var test = try Self.populated(format)
    let frames = (0..<Int(Self.pages)).map { test.machine.backing[$0].frame }
    var child = try test.machine.fork(on: &test.host)
    for frame in frames { #expect(test.host.frames.references(of: frame) == 2) }
    let write = child.touchPhysical(GuestPhysical(600 << 12), .write, on: &test.host)
    #expect(write.end == .arrived && write.hostPhysical.value >> 12 != frames[600].value)
    for (page, frame) in frames.enumerated() {
      #expect(test.host.frames.references(of: frame) == (page == 600 ? 1 : 2))
    }
    child.shutDown(on: &test.host)
    for frame in frames { #expect(test.host.frames.references(of: frame) == 1) }
    #expect(test.problems() == [])
  }

  @Test("a log has the pages that were written, and no other", arguments: TestMachine.formats)
  func log(_ format: HostFormat) throws {
    var test = try Self.populated(format)
    try test.machine.startDirtyLog(slot: 0, on: &test.host)
    let before = test.machine.ledger
    for page in Self.part { _ = test.touch(page << 12, .write) }
    #expect(test.machine.ledger.since(before).faults(.permission) == 30)
    let dirty = test.machine.dirtyPages(slot: 0)
    let log = try #require(dirty)
    for page in 0..<Self.pages {
      #expect(log.contains(GuestPhysical(page << 12)) == Self.part.contains(page))
    }
    // Logging changes rights, and no frame.
    #expect(test.runs == [0, 1, 2])
    #expect(test.problems() == [])
    test.machine.stopDirtyLog(slot: 0, recovery: .inPlace, on: &test.host)
    #expect(test.problems() == [])
  }

  @Test("a run is collapsed as small pages are", arguments: TestMachine.formats)
  func collapse(_ format: HostFormat) throws {
    var test = try Self.populated(format)
    let isCollapsed = test.machine.collapse(GuestPhysical(512 << 12), on: &test.host)
    #expect(isCollapsed)
    #expect(test.machine.backing[600].order == .large)
    #expect(test.machine.backing[0].order == .small)
    #expect(test.runs == [0, 2])
    try test.touchAll { $0 == 512 ? 1 : 0 }
    #expect(test.problems() == [])
  }

  @Test("the process's table alone is filled by runs too", arguments: TestMachine.formats)
  func process(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: Self.pages * 4096)
    try test.machine.populate(to: .process, on: &test.host)
    #expect(test.runs == [0, 1, 2])
    try test.touchAll { _ in 1 }
    // Mapping what is there is no change of it.
    #expect(test.runs == [0, 1, 2])
    #expect(test.problems() == [])
  }

  @Test("the end of a machine gives every frame back", arguments: TestMachine.formats)
  func shutDown(_ format: HostFormat) throws {
    var host = try Host(bytes: 1 << 30)
    let free = host.frames.freeFrames
    var machine = try VirtualMachine(MachineConfiguration(format, bytes: 64 << 20), on: &host)
    try machine.populate(to: .writing, on: &host)
    machine.shutDown(on: &host)
    #expect(host.frames.freeFrames == free)
  }
}

extension TestMachine {
  /// The runs of 2 MiB whose small pages have one record.
  fileprivate var runs: [Int] {
    (0..<Int(machine.slots[0].bytes >> 21)).filter { machine.backing.isRun($0 << 9) }
  }

  /// Writes to every page of the memory, each with so many exits.
  fileprivate mutating func touchAll(_ exits: (UInt64) -> Int) throws {
    for page in 0..<machine.slots[0].bytes >> 12 {
      let outcome = touch(page << 12, .write)
      #expect(outcome.end == .arrived && outcome.exits == exits(page), "page \(page)")
    }
  }
}
