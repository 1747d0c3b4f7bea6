import Costs
import HostMemory
public import Paging

extension VirtualMachine {
  /// Whether the entry of a page says that it was accessed since that was last forgotten: by its flag, or by
  /// having its rights, where a scan takes these away.
  public func isAccessed(_ address: GuestPhysical, on host: borrowing Host) -> Bool {
    guard let page = tables.page(at: address, in: host.memory) else { return false }
    return accessSight == .revokedRights || page.attributes.isAccessed
  }

  /// Clears what says that a page was accessed, and has the processors forget the page if that was set
  /// (kvm_age_gfn): without the flush, accesses through a TLB are not seen.
  ///
  /// The ISA decides what it takes to see the next one: nothing, an access-flag fault, or a fault for the
  /// rights that were taken away.
  @discardableResult
  public mutating func forgetAccess(
    _ address: GuestPhysical, flushes: Bool, on host: inout Host
  ) -> Bool {
    var work = FaultWork()
    work.locks = 1
    work.scannedEntries = 1
    defer { tally.postWork(.age, times: 1, work) }
    guard let page = tables.page(at: address, in: host.memory) else { return false }
    let revokes = accessSight == .revokedRights
    guard revokes || page.attributes.isAccessed else { return false }
    let start = GuestPhysical(address.value & ~(page.bytes &- 1))
    do {
      if revokes {
        try tables.revoke(start, bytes: page.bytes, in: &host.memory)
        hasRevoked = true
      } else {
        try tables.age(start, bytes: page.bytes, in: &host.memory)
      }
    } catch {
      preconditionFailure("\(error) can't come from a page that is mapped")
    }
    work.changes = 1
    if flushes {
      var batch = FlushBatch()
      batch.add(
        Invalidation(
          configuration.host.translationStage, at: start.value, bytes: page.bytes,
          pageBytes: page.bytes, levels: .lastLevel))
      carryOut(batch, inFault: false, &work)
    }
    return true
  }
}
