import Costs
import Paging

extension VirtualMachine {
  /// Marks a page as accessed, and as dirty for a write, where the hardware leaves that to software.
  mutating func age(
    _ fault: StageTwoFault, _ page: HostPage, at address: GuestPhysical, _ work: inout FaultWork,
    on host: inout Host
  ) -> TouchOutcome.End {
    var attributes = page.attributes
    attributes.isAccessed = true
    if fault.access == .write { attributes.isDirty = true }
    let start = address.value & ~(page.bytes - 1)
    let target = page.address.value & ~(page.bytes - 1)
    do {
      // No cache holds an entry whose flag is clear: nobody has to be told.
      try tables.remap(
        GuestPhysical(start), to: HostPhysical(target), attributes, in: &host.memory)
    } catch {
      preconditionFailure("\(error) can't come from a page that is mapped")
    }
    work.changes &+= 1
    counters.pfFixed &+= 1
    tally.post(FaultEvent(.accessFlag, fault.context, .age), &work)
    return .arrived
  }
}
