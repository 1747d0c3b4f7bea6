import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Devices are emulated as each architecture lets a hypervisor")
struct EmulationTests {
  /// Memory, a device of the kernel's, and one of the process's.
  private static func machine(_ format: HostFormat) throws -> TestMachine {
    try TestMachine(
      MachineConfiguration(
        format,
        slots: [
          Slot(at: GuestPhysical(0), bytes: 4 << 20),
          Slot(at: GuestPhysical(0x4000_0000), bytes: 4096, .kernelDevice),
          Slot(at: GuestPhysical(0x4000_1000), bytes: 4096, .processDevice),
          Slot(at: GuestPhysical(0x5000_0000), bytes: 8192, .readOnly),
        ]))
  }

  @Test(
    "each access to a device is one exit, and none maps anything", arguments: TestMachine.formats)
  func devices(_ format: HostFormat) throws {
    for (address, isProcess) in [(UInt64(0x4000_0008), false), (0x4000_1008, true)] {
      var test = try Self.machine(format)
      for number in 0..<10 {
        let outcome = test.touch(address, number % 2 == 0 ? .read : .write)
        #expect(outcome.end == .emulated && (outcome.tries, outcome.exits) == (1, 1))
      }
      let isX86 = format.isa == .x86
      let missing = test.count(.missing, .finalAccess, .emulate)
      let misconfigured = test.count(.misconfiguration, .finalAccess, .emulate)
      // x86 marks the page at the first access, and then meets the mark.
      #expect((missing, misconfigured) == (isX86 ? (1, 9) : (10, 0)))
      let counters = test.machine.counters
      #expect(counters.pfMMIOSPTECreated == (isX86 ? 1 : 0))
      #expect(counters.pages4K == 0)
      let ledger = test.machine.ledger
      #expect(ledger.faults(.permission) == 10 && ledger.exits == 10)
      #expect(ledger.amount(of: .emulate) == 10)
      #expect(ledger.amount(of: .userspaceExit) == (isProcess ? 10 : 0))
      // Arm's syndrome says all; RISC-V reads the instruction; x86 walks to find it.
      #expect(ledger.amount(of: .decodeInstruction) == (format.isa == .arm ? 0 : 10))
      #expect(ledger.amount(of: .rewalk) == (isX86 ? 10 : 0))
    }
  }

  @Test("an address that belongs to nothing is the process's", arguments: TestMachine.formats)
  func nothing(_ format: HostFormat) throws {
    var test = try Self.machine(format)
    let outcome = test.touch(0x6000_0000, .read)
    #expect(outcome.end == .emulated)
    #expect(test.machine.ledger.amount(of: .userspaceExit) == 1)
  }

  @Test("RISC-V's transformed instruction spares the decoding, where the hart gives it")
  func transformed() throws {
    var test = try Self.machine(.sv39x4)
    // lw a0, 0(a1)
    let access = Access(.read, instruction: 0x0005_a503)
    let outcome = test.touch(0x4000_0008, access)
    #expect(outcome.end == .emulated)
    #expect(test.machine.ledger.amount(of: .decodeInstruction) == 0)
  }

  @Test("Arm's syndrome is not valid for a pair of registers: the process decodes")
  func pair() throws {
    var test = try Self.machine(.arm4K)
    // ldp x0, x1, [x2]
    let outcome = test.touch(0x4000_0008, Access(.read, instruction: 0xa940_0440))
    #expect(outcome.end == .emulated)
    #expect(test.machine.ledger.amount(of: .decodeInstruction) == 1)
  }

  @Test(
    "a ROM is read and fetched from, and a write goes to the process",
    arguments: TestMachine.formats)
  func rom(_ format: HostFormat) throws {
    var test = try Self.machine(format)
    let read = test.touch(0x5000_0000, .read)
    #expect((read.end, read.exits) == (.arrived, 1))
    let fetch = test.touch(0x5000_0010, .fetch)
    #expect((fetch.end, fetch.exits) == (.arrived, 0))
    for page in UInt64(0)..<2 {
      let write = test.touch(0x5000_0000 + page * 4096, .write)
      #expect((write.end, write.exits) == (.emulated, 1))
    }
    #expect(test.machine.counters.pages4K == 1)
    #expect(test.count(.missing, .finalAccess, .emulate) == 1)
    #expect(test.count(.permission, .finalAccess, .emulate) == 1)
    #expect(test.machine.ledger.amount(of: .userspaceExit) == 2)
    let problems = test.problems()
    #expect(problems == [])
  }
}
