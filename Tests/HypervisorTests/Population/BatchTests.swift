import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("A fault may map its neighbours")
struct BatchTests {
  @Test(
    "N pages in their order take N/n faults, rounded up", arguments: TestMachine.formats,
    [1, 2, 8, 16, 100])
  func sequential(_ format: HostFormat, _ batch: Int) throws {
    for (access, pages) in [(Access.write, UInt64(1027)), (.read, 515)] {
      var test = try TestMachine(format, bytes: pages * 4096) { $0.policy.batch = batch }
      for page in 0..<pages {
        let outcome = test.touch(page * 4096, access)
        #expect(outcome.end == .arrived)
      }
      let ledger = test.machine.ledger
      #expect(ledger.exits == (pages + UInt64(batch) - 1) / UInt64(batch))
      #expect(ledger.amount(of: .installEntry) == pages)
      #expect(ledger.amount(of: .hostFault) == pages)
      let problems = test.problems()
      #expect(problems == [])
    }
  }

  @Test(
    "only what is backed comes along, where nothing may be allocated ahead",
    arguments: TestMachine.formats)
  func backed(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20) {
      $0.policy.batch = 8
      $0.policy.batchFill = .backed
    }
    // The second half is there.
    let half = GuestPhysical(2 << 20)..<GuestPhysical(4 << 20)
    try test.machine.populate(.ranges([half]), to: .process, on: &test.host)
    for page in UInt64(0)..<1024 {
      let outcome = test.touch(page * 4096, .write)
      #expect(outcome.exits == (page < 512 || page % 8 == 0 ? 1 : 0))
    }
    #expect(test.machine.ledger.exits == 512 + 64)
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("a batch ends with its slot, and with the frames")
  func edges() throws {
    var configuration = MachineConfiguration(
      .ept4, slots: [Slot(at: GuestPhysical(0x3000), bytes: 0x4000)])
    configuration.policy.batch = 16
    var test = try TestMachine(configuration)
    let outcome = test.touch(0x5000, .write)
    #expect(outcome.exits == 1 && test.machine.counters.pages4K == 4)

    var small = try TestMachine(
      {
        var configuration = MachineConfiguration(.ept4, bytes: 64 << 20)
        configuration.policy.batch = 512
        return configuration
      }(), hostBytes: 4 << 20)
    let left = small.host.frames.freeFrames
    for page in 0..<left { _ = small.touch(page * 4096, .write) }
    #expect(small.host.frames.freeFrames == 0)
    let problems = small.problems()
    #expect(problems == [])
  }
}
