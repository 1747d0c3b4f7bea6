import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// How accesses are seen on the machine's processors.
  public var accessSight: AccessSight {
    switch configuration.host {
    case .ept4, .ept5: configuration.hasEPTFlags ? .flags : .revokedRights
    case .npt4, .npt5: .flags
    default: configuration.setsAccessedFlags ? .flags : .flagFaults
    }
  }

  /// Finds which pages of a slot were accessed since the last scan, and clears what says so.
  ///
  /// Each entry that maps is looked at, and each that was accessed is changed.
  public mutating func scanAccessed(
    slot: Int, flush: ScanFlush = .once, on host: inout Host
  ) -> AccessScan {
    precondition(slots.indices.contains(slot), "there is no slot \(slot)")
    var scan = AccessScan(slots[slot])
    var batch = FlushBatch()
    var work = FaultWork()
    work.locks = 1
    let start = slots[slot].start
    let bytes = slots[slot].bytes
    let revokes = accessSight == .revokedRights
    // What has lost its rights already and not been accessed since.
    if hasRevoked { scan.entries = revokedPages(slot, host) }
    var found: [Invalidation] = []
    visitPages(start.value..<slots[slot].end, host) { address, pageBytes, attributes in
      scan.entries &+= 1
      guard revokes || attributes.isAccessed else { return }
      scan.accessedEntries &+= 1
      scan.accessed.insert(address, bytes: pageBytes)
      if flush == .never { return }
      found.append(
        Invalidation(
          configuration.host.translationStage, at: address.value, bytes: pageBytes,
          pageBytes: pageBytes, levels: .lastLevel))
    }
    do {
      if revokes {
        try tables.revoke(start, bytes: bytes, in: &host.memory)
        hasRevoked = true
      } else {
        try tables.age(start, bytes: bytes, in: &host.memory)
      }
    } catch {
      preconditionFailure("\(error) can't come from a slot")
    }
    work.scannedEntries = scan.entries
    work.changes = scan.accessedEntries
    for invalidation in found {
      batch.add(invalidation)
      guard flush == .eachPage else { continue }
      carryOut(batch, inFault: false, &work)
      batch = FlushBatch()
    }
    carryOut(batch, inFault: false, &work)
    tally.postWork(.age, times: 1, work)
    return scan
  }

  /// Gives a page its rights back that a scan took away: it was accessed.
  ///
  /// KVM does so without its lock. The right to write comes back with a write alone, and not where others
  /// use the page too. A write to a large page whose writes are logged by small ones is left to the slower
  /// way, which splits the page.
  mutating func restore(
    _ fault: StageTwoFault, at address: GuestPhysical, slot: Int, _ work: inout FaultWork,
    on host: inout Host
  ) -> TouchOutcome.End? {
    guard let page = tables.restore(address, in: &host.memory) else { return nil }
    let record = backing[recordNumber(address, slot: slot)]
    let isOwn = slots[slot].kind == .ram && !record.isShared && !record.isZero
    if fault.access == .write, isOwn {
      guard page.bytes == FrameNumber.bytes || !isLogged(slot) else {
        return permit(
          fault, fault.cause ?? .missing, page, at: address, slot: slot, &work, on: &host)
      }
      let start = GuestPhysical(address.value & ~(page.bytes &- 1))
      do {
        try tables.protect(
          start, bytes: page.bytes, page.attributes.permissions.union(.write), in: &host.memory)
      } catch {
        preconditionFailure("\(error) can't come from a page that was just restored")
      }
      noteWrite(at: address, slot: slot, &work)
    }
    work.locks = 0
    work.changes &+= 1
    counters.pfFast &+= 1
    counters.pfFixed &+= 1
    tally.post(FaultEvent(fault.cause ?? .missing, fault.context, .age), &work)
    return .arrived
  }

  /// How many pages of a slot have lost their rights.
  private func revokedPages(_ slot: Int, _ host: borrowing Host) -> UInt64 {
    var count: UInt64 = 0
    var at = slots[slot].start.value
    while at < slots[slot].end {
      let bytes = tables.revokedBytes(at: GuestPhysical(at), in: host.memory)
      if bytes != nil { count &+= 1 }
      at &+= bytes ?? 4096
    }
    return count
  }
}
