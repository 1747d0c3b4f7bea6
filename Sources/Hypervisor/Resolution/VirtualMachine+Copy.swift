import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// Lets a guest write to a page whose frame others use too, by a frame of its own.
  mutating func copy(
    _ fault: StageTwoFault, at address: GuestPhysical, slot: Int, _ work: inout FaultWork,
    on host: inout Host
  ) -> TouchOutcome.End {
    let page = recordNumber(address, slot: slot)
    let old = backing[page]
    guard fault.access == .write, old.isPresent, old.isShared || old.isZero else {
      return .unresolved
    }
    work.hostLookups &+= 1
    guard let record = ownPage(page, old, &work, on: &host) else { return .outOfMemory }
    // The process's page changes: the notifier clears the entry and has it flushed, and the fault maps
    // the new page.
    zapEntry(at: address, old.order, &work, on: &host)
    guard
      install(record, at: address, slot: slot, for: .write, &work, on: &host) != .outOfMemory
    else { return .outOfMemory }
    noteWrite(at: address, slot: slot, &work)
    counters.pfFixed &+= 1
    tally.post(FaultEvent(.permission, fault.context, .copy), &work)
    return .arrived
  }

  /// Gives the hypervisor's process a frame of its own for a page that it shares.
  ///
  /// It fails where the host has no frame left.
  @inline(never)
  mutating func ownPage(
    _ page: Int, _ old: BackingRecord, _ work: inout FaultWork, on host: inout Host
  ) -> BackingRecord? {
    work.hostFaults &+= 1
    if old.isShared, host.frames.references(of: old.frame) == 1 {
      // The others have gone: the frame is this machine's alone.
      var record = old
      record.isShared = false
      backing.replace(record, page: page)
      return record
    }
    guard let frame = host.frames.allocate(.small, node: policy.node) else { return nil }
    work.allocations &+= 1
    if old.isZero {
      work.zeroBytes &+= FrameNumber.bytes
    } else {
      work.copyBytes &+= FrameNumber.bytes
      if host.frames.holdsContent(old.frame) {
        host.copyPage(from: old.frame.address, to: frame.address)
        host.frames.setHoldsContent(frame, true)
      }
    }
    backing.replace(BackingRecord(frame), page: page)
    host.release(old.frame)
    return backing[page]
  }

  /// Clears the entry of a page and has all processors forget it.
  @inline(never)
  mutating func zapEntry(
    at address: GuestPhysical, _ order: FrameOrder, _ work: inout FaultWork, on host: inout Host
  ) {
    let start = GuestPhysical(address.value & ~(order.bytes - 1))
    let edit: LiveEdit
    do {
      edit = try tables.unmap(
        start, bytes: order.bytes, skippingHoles: true, live: LiveOptions(), in: &host.memory)
    } catch {
      preconditionFailure("\(error) can't come from a page of a slot")
    }
    guard edit.summary.pages > 0 else { return }
    work.changes &+= UInt64(edit.summary.pages)
    work.freedTables &+= UInt64(edit.summary.tablesFreed)
    counters.count(order, -1)
    carryOut(edit, &work)
  }
}
