import HostMemory
import Paging

extension VirtualMachine {
  /// Gives the host back all that the machine has of it: frames, tables and storage.
  ///
  /// A machine that is forgotten without this keeps them.
  public consuming func shutDown(on host: inout Host) {
    let all = slots.map { $0.start..<GuestPhysical($0.end) }
    for page in backedPages(all, .whole, on: &host) { host.release(backing[page.number].frame) }
    for (number, slot) in slots.enumerated() where slot.kind.isMemory {
      visitStored(slot: number) { _, record in
        if let stored = record.storedPage, !record.isImage { host.releaseStorage(stored) }
      }
    }
    for run in tableRuns {
      for number in 0..<host.frames.order(of: run).frames {
        host.frames.setHoldsContent(run + number, true)
      }
      host.release(run)
    }
    for pages in contentPages {
      for page in pages { host.releaseStorage(page) }
    }
  }

  /// Visits the small pages of a slot that have no frame but are known.
  func visitStored(slot number: Int, _ body: (_ page: Int, BackingRecord) -> Void) {
    let slot = slots[number]
    var page = recordNumber(slot.start, slot: number)
    let end = page + Int(slot.bytes >> 12)
    while page < end {
      if backing.isUnknown(page) {
        page = (page | 511) + 1
        continue
      }
      let record = backing[page]
      if !record.isPresent { body(page, record) }
      page += 1
    }
  }
}
