import Costs
import HostMemory
public import Paging

extension VirtualMachine {
  /// Lets the hypervisor's process, or a device that it emulates, access the guest's memory through the
  /// process's own page table.
  ///
  /// The second stage gets no entry, so that the guest's own first touch still faults. Where a write
  /// copies a page that the second stage maps, its entry is cleared, as the notifier of the host's
  /// memory does. What it takes is posted to `.work(.populate)`.
  @discardableResult
  public mutating func touchByProcess(
    _ address: GuestPhysical, _ access: Access.Kind, on host: inout Host
  ) -> TouchOutcome {
    var outcome = TouchOutcome()
    outcome.tries = 1
    guard let slot = slot(of: address), slots[slot].kind.isMemory else { return outcome }
    let page = recordNumber(address, slot: slot)
    let isWrite = access == .write
    var record = backing[page]
    if !record.isPresent || isWrite && (record.isShared || record.isZero) {
      var work = FaultWork()
      guard
        let found = hostPage(page, at: address, slot: slot, isWrite: isWrite, &work, on: &host)
      else {
        outcome.end = .outOfMemory
        return outcome
      }
      // The hardware asks the process's table, and no software.
      work.hostLookups = 0
      tally.postWork(.populate, times: 1, work)
      record = found
    }
    outcome.end = .arrived
    outcome.hostPhysical = HostPhysical(record.frame.address | address.value & 4095)
    return outcome
  }
}
