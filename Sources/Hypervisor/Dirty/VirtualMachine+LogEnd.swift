import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// How an architecture's KVM gets its large pages back.
  public var usualLogRecovery: LogRecovery {
    configuration.host.isa == .x86 ? .inPlace : .onFault
  }

  /// Ends the logging of a slot's writes; its pages get their rights back as they are written.
  ///
  /// All that becomes large again shares one flush.
  public mutating func stopDirtyLog(
    slot: Int, recovery: LogRecovery? = nil, on host: inout Host
  ) {
    guard dirtyLogs.indices.contains(slot), dirtyLogs[slot] != nil else { return }
    dirtyLogs[slot] = nil
    trackByProcessor()
    let recovery = recovery ?? usualLogRecovery
    guard recovery != .onFault else { return }
    let pages = brokenUpPages(slot, host)
    guard !pages.isEmpty else { return }
    var work = FaultWork()
    work.locks = 1
    var batch = FlushBatch()
    for page in pages {
      let range = page.start..<page.start &+ page.order.bytes
      guard recovery == .inPlace else {
        _ = clear(range, &batch, &work, on: &host)
        continue
      }
      var dropped = FaultWork()
      _ = clear(range, &batch, &dropped, on: &host)
      work.freedTables &+= dropped.freedTables
      work.changes &+= 1
      mapRecovered(page, on: &host)
    }
    carryOut(batch, inFault: false, &work)
    tally.postWork(.collapse, times: UInt64(pages.count), work)
  }

  /// A large page of the process's that the second stage maps in parts.
  private struct BrokenPage {
    let start: UInt64
    let order: FrameOrder
    /// The attributes of its first part that is mapped.
    let first: HostAttributes
  }

  private func brokenUpPages(_ slot: Int, _ host: borrowing Host) -> [BrokenPage] {
    var pages: [BrokenPage] = []
    visitPages(slots[slot].start.value..<slots[slot].end, host) { address, bytes, attributes in
      let record = backing[recordNumber(address, slot: slot)]
      let order = min(record.order, policy.largestMapping)
      let start = address.value & ~(order.bytes &- 1)
      guard bytes < order.bytes, pages.last?.start != start else { return }
      pages.append(BrokenPage(start: start, order: order, first: attributes))
    }
    return pages
  }

  /// Maps a large page where its parts were.
  private mutating func mapRecovered(_ page: BrokenPage, on host: inout Host) {
    guard let slot = slot(of: GuestPhysical(page.start)) else { return }
    let record = backing[recordNumber(GuestPhysical(page.start), slot: slot)]
    var attributes = HostAttributes(page.first.permissions)
    if hasNonExecutableLargePages { attributes.permissions.subtract(.execute) }
    do {
      try tables.map(
        GuestPhysical(page.start), bytes: page.order.bytes,
        to: HostPhysical(record.frame.address), attributes, pageBytes: page.order.bytes,
        in: &host.memory)
    } catch {
      preconditionFailure("\(error) can't come from addresses that were cleared")
    }
    counters.count(page.order, 1)
  }
}
