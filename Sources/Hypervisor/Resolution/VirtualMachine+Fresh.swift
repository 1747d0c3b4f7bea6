import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// Resolves the most common of all faults: the first write to a page of which nothing is known, in
  /// memory of small pages whose writes nobody logs.
  ///
  /// Nothing about it has to be looked up but the page, and what it uses is known beforehand. Any other
  /// fault it leaves to ``resolve(_:by:on:)``, which would come to the same result here.
  @inline(__always)
  mutating func allocateFresh(_ fault: StageTwoFault, on host: inout Host) -> TouchOutcome.End? {
    // Where the report tells no cause, a page that the process has not is not mapped either.
    guard fault.access == .write, fault.cause == .missing || fault.cause == nil,
      let address = fault.guestPhysical, policy.backing == .small, policy.batch <= 1,
      policy.hasPlainRights, dirtyLogs.isEmpty, !hasRevoked, !tally.keepsRoutes
    else { return nil }
    let slot = latestSlot
    guard address.value &- slots[slot].start.value < slots[slot].bytes, slots[slot].kind == .ram,
      slots[slot].source == .zero
    else { return nil }
    let page = recordNumber(address, slot: slot)
    guard backing.isFresh(page), let frame = host.frames.allocate(.small, node: policy.node) else {
      return nil
    }
    backing.add(BackingRecord(frame), page: page)
    let start = GuestPhysical(address.value & ~(FrameNumber.bytes &- 1))
    guard let template = templates.template(.small, isWritable: true),
      tables.mapPage(start, to: HostPhysical(frame.address), template, in: &host.memory)
    else {
      return allocateInNewTable(frame, fault, at: address, slot: slot, on: &host)
    }
    counters.pages4K &+= 1
    counters.pfFixed &+= 1
    let activity = Activity.fault(FaultEvent(.missing, fault.context, .allocate))
    tally.postFresh(activity)
    if policy.fencesNewEntries, configuration.host.isa == .riscv { fence(activity) }
    return .arrived
  }

  /// Maps a page that has just got its frame, where its table is to be made first.
  @inline(never)
  private mutating func allocateInNewTable(
    _ frame: FrameNumber, _ fault: StageTwoFault, at address: GuestPhysical, slot: Int,
    on host: inout Host
  ) -> TouchOutcome.End {
    var work = FaultWork()
    work.slotLookups = 1
    work.locks = 1
    work.hostLookups = 1
    work.hostFaults = 1
    work.allocations = 1
    work.zeroBytes = FrameNumber.bytes
    return install(
      BackingRecord(frame), for: fault, at: address, slot: slot, &work, on: &host)
  }

  private mutating func fence(_ activity: Activity) {
    var work = FaultWork()
    fenceNewEntry(&work)
    tally.post(work, for: activity)
  }
}

extension Tally {
  /// Posts the first write to a page that nothing is behind.
  @inline(__always)
  fileprivate mutating func postFresh(_ activity: Activity) {
    count(activity)
    use(.exit, for: activity)
    use(.decode, for: activity)
    use(.entry, for: activity)
    use(.slotLookup, for: activity)
    use(.lock, for: activity)
    use(.hostLookup, for: activity)
    use(.hostFault, for: activity)
    use(.allocate, for: activity)
    use(.zeroByte, FrameNumber.bytes, for: activity)
    use(.installEntry, for: activity)
  }
}
