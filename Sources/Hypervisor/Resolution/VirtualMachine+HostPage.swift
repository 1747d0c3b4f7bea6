import HostMemory
import Paging

extension VirtualMachine {
  /// The page of the hypervisor's process, which its own page table has or a fault of the host's own
  /// brings.
  ///
  /// It fails where the host has no frame left.
  mutating func hostPage(
    _ page: Int, at address: GuestPhysical, slot: Int, isWrite: Bool, _ work: inout FaultWork,
    on host: inout Host
  ) -> BackingRecord? {
    let record = backing.frame(of: page)
    work.hostLookups &+= 1
    if record.isPresent {
      guard isWrite, record.isShared || record.isZero else { return record }
      guard let own = ownPage(page, record, &work, on: &host) else { return nil }
      // A fault that was taken before another processor mapped the page for reading finds it so.
      zapEntry(at: address, record.order, &work, on: &host)
      return own
    }
    work.hostFaults &+= 1
    let largest = largestBacking(page, at: address, slot: slot)
    let source = slots[slot].source
    if largest == .small, source == .zero, !isWrite, policy.mapsZeroFrame,
      record.storedPage == nil, !record.isSwapped
    {
      host.frames.share(host.zeroFrame)
      var zero = BackingRecord(host.zeroFrame)
      zero.isZero = true
      backing.add(zero, page: page)
      return zero
    }
    var order = largest
    while true {
      if let frame = host.frames.allocate(order, node: policy.node) {
        work.allocations &+= 1
        if order == .large { largePages.thpFaultAlloc &+= 1 }
        fill(order, from: source, wasSwapped: record.isSwapped, &work)
        if source == .sharedFile, !record.isSwapped { noteFilePages(page, order) }
        return place(order, in: frame, page, slot: slot, on: &host)
      }
      guard let smaller = order.smaller, policy.largePages != .pool else { return nil }
      if order == .large { largePages.thpFaultFallback &+= 1 }
      order = smaller
    }
  }

  /// Posts where the bytes of a page come from.
  @inline(__always)
  func fill(
    _ order: FrameOrder, from source: Slot.Source, wasSwapped: Bool, _ work: inout FaultWork
  ) {
    switch wasSwapped ? .swap : source {
    case .zero: work.zeroBytes &+= order.bytes
    case .file, .sharedFile:
      work.pageCacheRequests &+= 1
      work.copyBytes &+= order.bytes
    case .snapshot, .swap:
      work.storageRequests &+= 1
      work.storageBytes &+= order.bytes
    case .network:
      work.userfaults &+= 1
      work.networkRequests &+= 1
      work.networkBytes &+= order.bytes
      work.copyBytes &+= order.bytes
    }
  }

  /// Notes which pages of a file are taken from the page cache.
  @inline(never)
  mutating func noteFilePages(_ page: Int, _ order: FrameOrder) {
    let first = page & ~Int(truncatingIfNeeded: order.frames &- 1)
    if tally.keepsRoutes { tally.routes.noteFilePages(FilePages(first: first, order: order)) }
  }

  /// The largest page that the process may have around a record.
  @inline(__always)
  private func largestBacking(_ page: Int, at address: GuestPhysical, slot: Int) -> FrameOrder {
    var order = policy.backing
    if order == .huge, policy.largePages == .transparent { order = .large }
    while order != .small {
      let start = address.value & ~(order.bytes &- 1)
      if start >= slots[slot].start.value, start &+ order.bytes <= slots[slot].end,
        backing.isEmpty(page, order)
      {
        return order
      }
      order = order.smaller ?? .small
    }
    return .small
  }

  /// Notes a run of frames behind a page and those around it, with the words that storage has for them.
  @inline(__always)
  private mutating func place(
    _ order: FrameOrder, in frame: FrameNumber, _ page: Int, slot: Int, on host: inout Host
  ) -> BackingRecord {
    if order == .small {
      let old = backing[page]
      backing.add(BackingRecord(frame), page: page)
      if old.storedPage != nil { restore(old, page, slot, to: frame, on: &host) }
      return backing[page]
    }
    let first = page & ~Int(truncatingIfNeeded: order.frames &- 1)
    for chunk in stride(from: first, to: first &+ Int(order.frames), by: 512) {
      let hadContent = backing.chunk(chunk).hasSmallContent
      let run = frame + UInt64(chunk &- first)
      backing.setChunk(BackingRecord(run, order), page: chunk)
      guard hadContent else { continue }
      for number in 0..<512 where backing.small(chunk + number).storedPage != nil {
        let target = run + UInt64(number)
        restore(backing.small(chunk + number), chunk + number, slot, to: target, on: &host)
        backing.forgetStored(chunk + number)
        host.frames.setHoldsContent(frame, true)
      }
    }
    return backing[page]
  }

  /// Brings the words of a page back from storage.
  @inline(never)
  private mutating func restore(
    _ old: BackingRecord, _ page: Int, _ slot: Int, to frame: FrameNumber, on host: inout Host
  ) {
    guard let stored = old.storedPage else { return }
    host.copyPage(from: stored << 12, to: frame.address)
    host.frames.setHoldsContent(frame, true)
    if !old.isImage { host.releaseStorage(stored) }
    if old.isTable { moveContent(of: address(page, slot: slot), to: frame.address, on: &host) }
  }
}
