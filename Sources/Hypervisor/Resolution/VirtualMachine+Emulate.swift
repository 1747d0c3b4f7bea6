import Costs
import Paging

extension VirtualMachine {
  /// Works out what a device answers, or what becomes of a write to a ROM.
  mutating func emulate(
    _ fault: StageTwoFault, at address: GuestPhysical, slot: Int?, _ work: inout FaultWork
  ) -> TouchOutcome.End {
    let inKernel = slot.map { slots[$0].kind == .kernelDevice } ?? false
    if !inKernel { work.userspaceExits = 1 }
    counters.pfEmulate &+= 1
    let event = FaultEvent(fault.cause ?? .missing, fault.context, .emulate)
    tally.post(event, work)
    tally.use(.emulate, for: .fault(event))
    return .emulated
  }
}
