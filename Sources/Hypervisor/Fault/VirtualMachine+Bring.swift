public import Costs
import HostMemory
public import Paging

extension PendingFault {
  /// Why the hardware stopped; nothing where the architecture doesn't tell.
  public var cause: FaultCause? { fault.cause }
}

/// What a host does about a page before a fault on it is resolved: its process gets the page, and only
/// then is the machine's lock taken and the page mapped.
///
/// Between the two halves other processors may fault on the same page. KVM does it in this order
/// (`kvm_faultin_pfn` before `mmu_lock`), so that memory is zeroed beside others.
extension VirtualMachine {
  /// The guest-physical address of a fault, for which Arm's hardware may have to walk again.
  public mutating func address(
    of pending: PendingFault, on host: inout Host
  ) -> GuestPhysical? {
    if let address = pending.fault.guestPhysical { return address }
    return processors[pending.processor].rewalk(pending.fault.guestVirtual, in: &host.memory)
  }

  /// Whether the process has nothing behind an address of memory.
  public mutating func lacksHostPage(at address: GuestPhysical) -> Bool {
    guard let slot = slot(of: address), slots[slot].kind.isMemory else { return false }
    return !backing[recordNumber(address, slot: slot)].isPresent
  }

  /// Brings the page behind a fault to the process, and gives the addresses that it covers; nothing where
  /// the host has no frame left.
  ///
  /// What it uses counts as the fault's, and is noted as a route of its own: it is worked before the rest.
  public mutating func bring(
    for pending: PendingFault, at address: GuestPhysical, on host: inout Host
  ) -> Range<GuestPhysical>? {
    guard let slot = slot(of: address), slots[slot].kind.isMemory else { return nil }
    var work = FaultWork()
    let page = recordNumber(address, slot: slot)
    let isWrite = pending.fault.access == .write
    guard
      let record = hostPage(page, at: address, slot: slot, isWrite: isWrite, &work, on: &host)
    else { return nil }
    post(&work, for: pending, .allocate)
    let start = address.value & ~(record.order.bytes &- 1)
    return GuestPhysical(start)..<GuestPhysical(start &+ record.order.bytes)
  }

  /// Brings a page once more that another processor is bringing at this moment: the work is done, and its
  /// frame is given back.
  public mutating func bringInVain(for pending: PendingFault, at address: GuestPhysical) {
    guard let slot = slot(of: address), slots[slot].kind.isMemory else { return }
    let record = backing[recordNumber(address, slot: slot)]
    var work = FaultWork()
    work.hostFaults = 1
    if record.isPresent, !record.isZero {
      work.allocations = 1
      fill(record.order, from: slots[slot].source, wasSwapped: false, &work)
      if slots[slot].source == .sharedFile {
        noteFilePages(recordNumber(address, slot: slot), record.order)
      }
    }
    post(&work, for: pending, .spurious)
  }

  /// Posts what was used ahead of a fault's resolution, which looks the page up and counts that itself.
  private mutating func post(
    _ work: inout FaultWork, for pending: PendingFault, _ resolution: FaultResolution
  ) {
    work.hostLookups = 0
    if tally.keepsRoutes { tally.routes.take(.work(.populate), work) }
    tally.post(work, for: .fault(FaultEvent(.missing, pending.context, resolution)))
  }
}
