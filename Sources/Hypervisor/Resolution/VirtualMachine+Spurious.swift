import Costs
import Paging

extension VirtualMachine {
  /// Finds that the page allows the access already: another processor was faster, or this one's caches
  /// held what is no more.
  mutating func spurious(
    _ fault: StageTwoFault, _ cause: FaultCause, _ processor: Int, at address: GuestPhysical,
    _ work: inout FaultWork
  ) -> TouchOutcome.End {
    counters.pfSpurious &+= 1
    tally.post(FaultEvent(cause, fault.context, .spurious), &work)
    return .arrived
  }
}
