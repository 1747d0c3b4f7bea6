import Costs
import HostMemory
public import Paging

extension VirtualMachine {
  /// Makes one large page of the small ones in the 2 MiB around an address, as khugepaged does, and says
  /// whether it could.
  ///
  /// The bytes are copied into a new run of frames; what isn't there is filled, from zeros or storage.
  /// The second stage's entries are cleared, and the next touch maps the large page.
  public mutating func collapse(_ address: GuestPhysical, on host: inout Host) -> Bool {
    let order = FrameOrder.large
    let start = address.value & ~(order.bytes - 1)
    guard !isPinned, let number = slot(of: address), slots[number].kind.isMemory,
      start >= slots[number].start.value, start &+ order.bytes <= slots[number].end
    else { return false }
    let first = recordNumber(GuestPhysical(start), slot: number)
    guard !backing.chunk(first).isPresent, !backing.isUnknown(first),
      let frame = host.frames.allocate(order, node: policy.node)
    else { return false }
    var work = FaultWork()
    work.allocations = 1
    largePages.thpCollapseAlloc &+= 1
    let pages = backedPages(
      [GuestPhysical(start)..<GuestPhysical(start &+ order.bytes)], .small, on: &host)
    var outcome = beginZap(pages, &work, on: &host)
    for offset in 0..<UInt64(512) {
      gather(first + Int(offset), slot: number, into: frame, offset, &work, &outcome, on: &host)
    }
    backing.makeLarge(frame, page: first)
    tally.count(.work(.collapse))
    tally.post(work, for: .work(.collapse))
    return true
  }

  /// Brings the bytes of a small page to its place in a run.
  private mutating func gather(
    _ page: Int, slot: Int, into run: FrameNumber, _ offset: UInt64, _ work: inout FaultWork,
    _ outcome: inout ZapOutcome, on host: inout Host
  ) {
    let record = backing[page]
    let target = run + offset
    var source: UInt64?
    if record.isPresent, !record.isZero {
      work.copyBytes &+= FrameNumber.bytes
      if host.frames.holdsContent(record.frame) { source = record.frame.address }
    } else if record.isSwapped || record.storedPage != nil || slots[slot].source == .swap {
      work.storageRequests &+= 1
      work.storageBytes &+= FrameNumber.bytes
      source = record.storedPage.map { $0 << 12 }
    } else {
      work.zeroBytes &+= FrameNumber.bytes
    }
    if let source {
      host.copyPage(from: source, to: target.address)
      host.frames.setHoldsContent(target, true)
      host.frames.setHoldsContent(run, true)
      if backing.small(page).isTable {
        moveContent(of: self.address(page, slot: slot), to: target.address, on: &host)
      }
    }
    if record.isPresent { give(record.frame, &outcome, on: &host) }
    if let stored = record.storedPage, !record.isImage { host.releaseStorage(stored) }
  }
}
