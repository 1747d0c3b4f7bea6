import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("A log that is there already")
struct LogStartTests {
  @Test(
    "it stays where it would be the same, and is refused otherwise", arguments: TestMachine.formats)
  func again(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 4 << 20)
    for page in UInt64(0)..<8 { test.write(1, at: page << 12) }
    try test.machine.startDirtyLog(slot: 0, splitting: .onFault, on: &test.host)
    for page in UInt64(2)..<5 { test.write(2, at: page << 12) }
    let before = test.machine.ledger
    // Neither the mechanism nor the splitting is another one; the usual one is not meant by naming none.
    try test.machine.startDirtyLog(slot: 0, splitting: .onFault, on: &test.host)
    try test.machine.startDirtyLog(slot: 0, on: &test.host)
    let after = test.machine.ledger
    #expect(after == before)
    let kept = test.machine.dirtyPages(slot: 0)?.count
    #expect(kept == 3)
    for (splitting, mechanism) in [
      (LogSplitting.breaking, DirtyMechanism.writeProtection), (.onFault, .initiallyAllSet),
    ] {
      var refusal: MachineError?
      do throws(MachineError) {
        try test.machine.startDirtyLog(
          slot: 0, splitting: splitting, mechanism: mechanism, on: &test.host)
      } catch {
        refusal = error
      }
      #expect(refusal == .loggedOtherwise(GuestPhysical(0)))
      #expect(refusal?.description.contains("stop that log first") == true)
    }
    let stays = test.machine.dirtyPages(slot: 0)?.count
    #expect(stays == 3)
    test.machine.stopDirtyLog(slot: 0, recovery: .refault, on: &test.host)
    try test.machine.startDirtyLog(slot: 0, splitting: .breaking, on: &test.host)
    let empty = test.machine.dirtyPages(slot: 0)?.count
    #expect(empty == 0)
  }
}
