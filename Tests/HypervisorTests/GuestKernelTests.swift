import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

/// A machine whose guest's kernel fills its own tables.
struct KernelMachine: ~Copyable {
  var test: TestMachine
  var space: GuestSpace
  var kernel: GuestKernel
  let pageBytes: UInt64

  static let base = GuestVirtual(0x10_0000_0000)
  static let tables = GuestPhysical(32 << 20)

  init(
    _ pair: CascadeTests.Pair, pages: UInt64, _ source: GuestArea.Source = .anonymous,
    _ change: (inout MachineConfiguration) -> Void = { _ in }
  ) throws {
    var test = try TestMachine(pair.host, bytes: 64 << 20, change)
    let space = try test.machine.makeSpace(
      pair.guest, at: Self.tables, bytes: 8 << 20, on: &test.host)
    try test.machine.run(space.root, processor: 0)
    self.test = test
    self.space = space
    kernel = GuestKernel(
      memory: GuestPhysical(0), bytes: 32 << 20, pageBytes: pair.pageBytes,
      areas: [GuestArea(at: Self.base, bytes: pages * pair.pageBytes, source)])
    pageBytes = pair.pageBytes
  }

  mutating func access(_ page: UInt64, _ access: Access.Kind) -> GuestAccessOutcome {
    test.machine.access(
      processor: 0, Self.base + page * pageBytes, Access(access, .user), in: &space, &kernel,
      on: &test.host)
  }

  /// The tables of the guest that there are, the root's frame among them.
  var tableCount: UInt64 { UInt64(space.tables.frames.used) }
}

@Suite("A guest's kernel that writes its tables itself has touched them")
struct GuestKernelTests {
  @Test(
    "n pages take n minor faults, n + tables exits, and no cascade",
    arguments: CascadeTests.Pair.all)
  func minor(_ pair: CascadeTests.Pair) throws {
    let pages = 1100 / pair.pieces
    var guest = try KernelMachine(pair, pages: pages)
    for page in 0..<pages {
      let outcome = guest.access(page, .write)
      #expect(outcome.touch.end == .arrived && outcome.guestFaults == 1)
      // A walk stops at the root, which the kernel has not written to when the first fault comes.
      #expect(outcome.touch.exits == (page == 0 ? 1 : 0))
      let again = guest.access(page, .read)
      #expect(again.touch.tries == 1 && again.guestFaults == 0)
    }
    let ledger = guest.test.machine.ledger
    #expect(ledger.faults(.guest) == pages && ledger.count(of: .guest(.minor)) == pages)
    #expect(ledger.amount(of: .guestFault) == pages)
    // The root was read before anything was written: the one cascade there is.
    #expect(ledger.faults(.cascade) == 1)
    // A page and a new table are of several of the host's pages where the guest's granule is larger.
    #expect(ledger.faults(.missing) == pair.pieces * (pages + guest.tableCount - 1))
    let problems = guest.test.problems()
    #expect(problems == [])
  }

  @Test(
    "a page that is read first maps zeros, and is copied when it is written",
    arguments: CascadeTests.Pair.all)
  func zeros(_ pair: CascadeTests.Pair) throws {
    var guest = try KernelMachine(pair, pages: 64)
    for page in UInt64(0)..<64 {
      let read = guest.access(page, .read)
      #expect(read.touch.end == .arrived && read.guestFaults == 1)
    }
    #expect(guest.test.machine.ledger.count(of: .guest(.minor)) == 64)
    for page in UInt64(0)..<64 {
      let written = guest.access(page, .write)
      #expect(written.touch.end == .arrived && written.guestFaults == 1)
      #expect(written.kernelExits == Int(pair.pieces) && written.touch.exits == 0)
    }
    let ledger = guest.test.machine.ledger
    #expect(ledger.count(of: .guest(.copy)) == 64)
    // One page of zeros, 64 pages, and the tables, of the root what was needed.
    #expect(ledger.exits == pair.pieces * (65 + guest.tableCount - 1) + 1)
    let problems = guest.test.problems()
    #expect(problems == [])
  }

  @Test(
    "a page from the guest's disk takes a major fault, and an exit of the program's own",
    arguments: CascadeTests.Pair.all)
  func major(_ pair: CascadeTests.Pair) throws {
    var guest = try KernelMachine(pair, pages: 64, .disk)
    _ = guest.access(0, .read)
    for page in UInt64(1)..<64 {
      let outcome = guest.access(page, .read)
      #expect(outcome.touch.end == .arrived && outcome.guestFaults == 1)
      // The device wrote to the process's page: what is left is the entry.
      #expect(outcome.kernelExits == 0 && outcome.touch.exits == 1)
    }
    let ledger = guest.test.machine.ledger
    #expect(ledger.count(of: .guest(.major)) == 64)
    #expect(ledger.amount(of: .guestStorageRequest) == 64)
    #expect(ledger.count(of: .work(.populate)) == 64 * pair.pieces)
    let problems = guest.test.problems()
    #expect(problems == [])
  }

  @Test(
    "after a fork each page is copied once, by the first who writes",
    arguments: CascadeTests.Pair.all)
  func fork(_ pair: CascadeTests.Pair) throws {
    let pages: UInt64 = 100
    var guest = try KernelMachine(pair, pages: pages)
    for page in 0..<pages { _ = guest.access(page, .write) }
    var child = try guest.test.machine.makeSpace(
      pair.guest, at: GuestPhysical(48 << 20), bytes: 8 << 20, on: &guest.test.host)
    let forked = guest.test.machine.fork(
      &guest.space, into: &child, processor: 0, &guest.kernel, on: &guest.test.host)
    // Only the child's tables are new to the second stage.
    #expect(forked == Int(pair.pieces) * (child.tables.frames.used - 1) + 1)
    let before = guest.test.machine.ledger
    var places: [HostPhysical] = []
    for page in 0..<pages {
      let read = guest.access(page, .read)
      #expect(read.guestFaults == 0 && read.touch.exits == 0)
      places.append(read.touch.hostPhysical)
      let written = guest.access(page, .write)
      #expect(written.guestFaults == 1 && written.touch.exits == 0)
      #expect(written.kernelExits == Int(pair.pieces))
      #expect(written.touch.hostPhysical != places.last)
    }
    try guest.test.machine.run(child.root, processor: 0)
    for page in 0..<pages {
      let address = KernelMachine.base + page * pair.pageBytes
      let read = guest.test.machine.touch(
        processor: 0, address, Access(.read, .user), on: &guest.test.host)
      #expect(read.end == .arrived && read.hostPhysical == places[Int(page)])
      let written = guest.test.machine.access(
        processor: 0, address, Access(.write, .user), in: &child, &guest.kernel,
        on: &guest.test.host)
      // The other has its own by now: the page stays, and only the right is given.
      #expect(written.guestFaults == 1 && written.kernelExits == 0)
      #expect(written.touch.hostPhysical == places[Int(page)])
    }
    let ledger = guest.test.machine.ledger.since(before)
    #expect(ledger.count(of: .guest(.copy)) == 2 * pages)
    #expect(ledger.faults(.cascade) == 0)
    let problems = guest.test.problems()
    #expect(problems == [])
  }

  @Test("software sets the flags that hardware leaves clear", arguments: CascadeTests.Pair.all)
  func flags(_ pair: CascadeTests.Pair) throws {
    var guest = try KernelMachine(pair, pages: 16) { $0.setsAccessedFlags = false }
    // A loader's pages: neither accessed nor dirty.
    var attributes = GuestAttributes.userReadWrite
    attributes.isAccessed = false
    attributes.isDirty = false
    try guest.test.machine.load(
      &guest.space, KernelMachine.base, bytes: 16 * pair.pageBytes, to: GuestPhysical(16 << 20),
      attributes, pageBytes: pair.pageBytes, on: &guest.test.host)
    var faults = 0
    for page in UInt64(0)..<16 {
      let read = guest.access(page, .read)
      let written = guest.access(page, .write)
      #expect(read.touch.end == .arrived && written.touch.end == .arrived)
      faults += read.guestFaults + written.guestFaults
    }
    // x86 always sets them; without, one fault for each flag.
    #expect(faults == (pair.host.isa == .x86 ? 0 : 32))
    let count = guest.test.machine.ledger.count(of: .guest(.accessFlag))
    #expect(count == UInt64(faults))
    let problems = guest.test.problems()
    #expect(problems == [])
  }
}
