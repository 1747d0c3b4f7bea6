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
      if replaceTable(page, &batch, &work, on: &host) { continue }
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
    var at = slots[slot].start.value
    while at < slots[slot].end {
      let number = recordNumber(GuestPhysical(at), slot: slot)
      let record = backing.chunk(number)
      // Where the process has small pages, or none, there is nothing to be made large.
      let order = record.isPresent ? min(record.order, policy.largestMapping) : .small
      let span = max(order, .large).bytes
      let start = at & ~(span &- 1)
      at = start &+ span
      guard order > .small, start >= slots[slot].start.value, at <= slots[slot].end,
        let first = tables.firstPage(from: GuestPhysical(start), bytes: span, in: host.memory),
        first.bytes < span
      else { continue }
      pages.append(BrokenPage(start: start, order: order, first: first.attributes))
    }
    return pages
  }

  /// Puts a large page in the place of a table that maps all its parts, and says whether there was one.
  ///
  /// It is what clearing the parts and mapping the page comes to, without a look at each.
  private mutating func replaceTable(
    _ page: BrokenPage, _ batch: inout FlushBatch, _ work: inout FaultWork, on host: inout Host
  ) -> Bool {
    guard page.order == .large, let slot = slot(of: GuestPhysical(page.start)) else { return false }
    let record = backing[recordNumber(GuestPhysical(page.start), slot: slot)]
    guard let template = tables.template(recovered(page), pageBytes: page.order.bytes),
      tables.replaceFullTable(
        at: GuestPhysical(page.start), by: template, to: HostPhysical(record.frame.address),
        in: &host.memory)
    else { return false }
    work.freedTables &+= 1
    work.changes &+= 1
    batch.add(
      Invalidation(
        configuration.host.translationStage, at: page.start, bytes: page.order.bytes,
        pageBytes: FrameNumber.bytes, levels: .all))
    counters.count(.small, -512)
    counters.count(.large, 1)
    return true
  }

  /// The attributes of a large page in the place of its parts.
  private func recovered(_ page: BrokenPage) -> HostAttributes {
    var attributes = HostAttributes(page.first.permissions)
    if hasNonExecutableLargePages { attributes.permissions.subtract(.execute) }
    return attributes
  }

  /// Maps a large page where its parts were.
  private mutating func mapRecovered(_ page: BrokenPage, on host: inout Host) {
    guard let slot = slot(of: GuestPhysical(page.start)) else { return }
    let record = backing[recordNumber(GuestPhysical(page.start), slot: slot)]
    do {
      try tables.map(
        GuestPhysical(page.start), bytes: page.order.bytes,
        to: HostPhysical(record.frame.address), recovered(page), pageBytes: page.order.bytes,
        in: &host.memory)
    } catch {
      preconditionFailure("\(error) can't come from addresses that were cleared")
    }
    counters.count(page.order, 1)
  }
}
