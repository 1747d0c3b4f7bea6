import Costs
import HostMemory
public import Paging

extension VirtualMachine {
  /// Takes a page out of the second stage and leaves it where it is, as a host does that is about to write it
  /// to swap or to free it; the write is counted here too.
  ///
  /// The processors forget it at once: the notifier of Linux ends with a flush for each page. An access
  /// before the page is evicted faults, finds it, and asks nothing of storage. A large page is split.
  @discardableResult
  public mutating func unmap(
    _ address: GuestPhysical, isWritten: Bool = false, on host: inout Host
  ) -> ZapOutcome {
    guard !isPinned else { return ZapOutcome() }
    let pages = backedPages([Self.page(address)], .small, on: &host)
    var work = FaultWork()
    let outcome = beginZap(pages, &work, on: &host)
    if isWritten {
      work.storageRequests &+= UInt64(pages.count)
      work.storageBytes &+= UInt64(pages.count) &* FrameNumber.bytes
    }
    endZap(.zap, outcome, work)
    return outcome
  }

  /// Gives the frame of a page back that nothing maps any more: its bytes are in storage, from where a fault
  /// brings them back.
  @discardableResult
  public mutating func evict(
    _ address: GuestPhysical, on host: inout Host
  ) throws(MachineError) -> ZapOutcome {
    var outcome = ZapOutcome()
    guard !isPinned else { return outcome }
    precondition(tables.page(at: address, in: host.memory) == nil, "\(address) is mapped")
    for page in backedPages([Self.page(address)], .small, on: &host) {
      let record = backing[page.number]
      let left =
        record.isZero ? BackingRecord() : try swappedOut(page, record, on: &host)
      backing.take(page.number, leaving: left)
      outcome.pages &+= 1
      give(record.frame, &outcome, on: &host)
    }
    return outcome
  }

  /// Whether a page is in a frame, mapped or not.
  public func isBacked(_ address: GuestPhysical) -> Bool {
    for (number, slot) in slots.enumerated()
    where slot.kind.isMemory && slot.start.value <= address.value && address.value < slot.end {
      return backing[recordNumber(address, slot: number)].isPresent
    }
    return false
  }

  private static func page(_ address: GuestPhysical) -> Range<GuestPhysical> {
    let start = address.value & ~4095
    return GuestPhysical(start)..<GuestPhysical(start &+ 4096)
  }
}
