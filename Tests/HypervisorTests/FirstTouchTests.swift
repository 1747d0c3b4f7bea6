import Costs
import HostMemory
import Hypervisor
import Paging
import Testing

@Suite("The first touch of a page is one fault")
struct FirstTouchTests {
  @Test(
    "n written pages take n faults of their size, and as many entries",
    arguments: TestMachine.formats, FrameOrder.allCases)
  func written(_ format: HostFormat, _ order: FrameOrder) throws {
    let pages: UInt64 = order == .small ? 1000 : order == .large ? 20 : 2
    let bytes = pages * order.bytes
    var test = try TestMachine(format, bytes: bytes) { $0.policy.backing = order }
    for address in stride(from: 0, to: bytes, by: Int(4096 * order.frames)) {
      let outcome = test.touch(address + 0x18, .write)
      #expect(outcome.end == .arrived)
      #expect((outcome.tries, outcome.exits, outcome.cascades) == (2, 1, 0))
      #expect(outcome.hostPhysical.value & 0xfff == 0x18)
      let again = test.touch(address + order.bytes - 8, .read)
      #expect((again.tries, again.exits) == (1, 0))
    }
    let event = Activity.fault(FaultEvent(.missing, .finalAccess, .allocate))
    let ledger = test.machine.ledger
    #expect(ledger.exits == pages && ledger.count(of: event) == pages)
    #expect(ledger.faults(.missing) == pages)
    for component in [Component.exit, .entry, .decode, .slotLookup, .hostFault, .allocate] {
      #expect(ledger.amount(of: component, for: event) == pages, "\(component)")
    }
    #expect(ledger.amount(of: .installEntry) == pages)
    #expect(ledger.amount(of: .zeroByte) == bytes)
    #expect(ledger.amount(of: .copyByte) == 0)
    let tables = test.machine.tableFrames.used
    let root = Int(test.machine.root.shape.rootBytes / 4096)
    #expect(ledger.amount(of: .installTable) == UInt64(tables - root))
    let counters = test.machine.counters
    #expect(counters.pfTaken == pages && counters.pfFixed == pages)
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test(
    "anonymous memory that is read first takes a second fault when it is written",
    arguments: TestMachine.formats)
  func readThenWritten(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20)
    let zero = test.host.zeroFrame
    for page in UInt64(0)..<100 {
      let read = test.touch(page * 4096, .read)
      #expect((read.end, read.exits) == (.arrived, 1))
      #expect(read.hostPhysical.value == zero.address)
      let again = test.touch(page * 4096, .read)
      #expect(again.exits == 0)
    }
    let before = test.problems()
    #expect(before == [])
    #expect(test.host.frames.references(of: zero) == 101)
    for page in UInt64(0)..<100 {
      let written = test.touch(page * 4096, .write)
      #expect((written.end, written.exits) == (.arrived, 1))
      #expect(written.hostPhysical.value != zero.address)
    }
    #expect(test.host.frames.references(of: zero) == 1)
    let missing = test.count(.missing, .finalAccess, .allocate)
    let copied = test.count(.permission, .finalAccess, .copy)
    #expect((missing, copied) == (100, 100))
    let ledger = test.machine.ledger
    #expect(ledger.exits == 200 && ledger.amount(of: .zeroByte) == 100 * 4096)
    // Only Arm doesn't tell where the write went: HPFAR_EL2 is not valid.
    #expect(ledger.amount(of: .rewalk) == (format.isa == .arm ? 100 : 0))
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("a page that no slot has all of is backed by the next smaller size")
  func fallsBack() throws {
    let slot = Slot(at: GuestPhysical(0x1000), bytes: 4 << 20)
    var configuration = MachineConfiguration(.ept4, slots: [slot])
    configuration.policy.backing = .large
    var test = try TestMachine(configuration)
    for address in [UInt64(0x1000), 0x20_0000, 0x40_0000] {
      let outcome = test.touch(address, .write)
      #expect(outcome.exits == 1)
    }
    #expect(test.machine.counters.pages4K == 2 && test.machine.counters.pages2M == 1)
    let problems = test.problems()
    #expect(problems == [])
  }
}
