import HostMemory
import Paging

extension VirtualMachine {
  /// Maps the neighbours of a page that was just mapped, as far as the policy's batch and the slot reach.
  ///
  /// Neighbours are a favour: where the host has no frame left for one, the fault is resolved all the same.
  @inline(never)
  mutating func mapNeighbours(
    of address: GuestPhysical, slot: Int, isWrite: Bool, _ work: inout FaultWork,
    on host: inout Host
  ) {
    let window = UInt64(policy.batch) &* FrameNumber.bytes
    let first = address.value - address.value % window
    var at = max(first, slots[slot].start.value)
    let end = min(first + window, slots[slot].end)
    while at < end {
      let neighbour = GuestPhysical(at)
      work.scannedEntries &+= 1
      if let page = tables.page(at: neighbour, in: host.memory) {
        at = at & ~(page.bytes - 1) + page.bytes
        continue
      }
      let page = recordNumber(neighbour, slot: slot)
      at += FrameNumber.bytes
      let takesWrite = isWrite && slots[slot].kind == .ram
      if policy.batchFill == .backed {
        let record = backing[page]
        // A write is prefetched only where it needs no copy.
        guard record.isPresent, !takesWrite || !(record.isShared || record.isZero) else { continue }
      }
      guard
        let record = hostPage(
          page, at: neighbour, slot: slot, isWrite: takesWrite, &work, on: &host),
        install(record, at: neighbour, slot: slot, &work, on: &host) != .outOfMemory
      else { return }
    }
  }
}
