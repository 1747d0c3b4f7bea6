import Costs
import HostMemory
public import Paging

extension VirtualMachine {
  /// Swaps pages out: they are unmapped, their bytes go to storage, and their frames become free.
  ///
  /// All pages share one flush. Pages that a device holds where they are stay, here and below. A page of
  /// zeros that was only read costs no storage, and large pages are
  /// split. What is touched later comes back by a request to storage.
  @discardableResult
  public mutating func reclaim(
    _ ranges: [Range<GuestPhysical>], on host: inout Host
  ) throws(MachineError) -> ZapOutcome {
    guard !isPinned else { return ZapOutcome() }
    let pages = backedPages(ranges, .small, on: &host)
    var work = FaultWork()
    var outcome = beginZap(pages, &work, on: &host)
    var failure: MachineError?
    for page in pages {
      let record = backing[page.number]
      var left = BackingRecord()
      if !record.isZero {
        do {
          left = try swappedOut(page, record, on: &host)
        } catch {
          failure = error
          break
        }
        work.storageRequests &+= 1
        work.storageBytes &+= FrameNumber.bytes
      }
      backing.take(page.number, leaving: left)
      give(record.frame, &outcome, on: &host)
    }
    endZap(.zap, outcome, work)
    if let failure { throw failure }
    return outcome
  }

  /// Gives pages back to the host as a balloon does: their contents are gone, and what is touched later
  /// comes from where the slot's pages come from.
  @discardableResult
  public mutating func inflateBalloon(
    _ ranges: [Range<GuestPhysical>], on host: inout Host
  ) -> ZapOutcome {
    guard !isPinned else { return ZapOutcome() }
    // The words of tables that are edited from outside stay.
    let pages = backedPages(ranges, .inside, on: &host).filter { !holdsTables($0) }
    var work = FaultWork()
    var outcome = beginZap(pages, &work, on: &host)
    for page in pages {
      let frame = backing[page.number].frame
      if page.order == .small {
        backing.take(page.number, leaving: BackingRecord())
      } else {
        for chunk in stride(from: 0, to: Int(page.order.frames), by: 512) {
          backing.setChunk(BackingRecord(), page: page.number + chunk)
        }
      }
      give(frame, &outcome, on: &host)
    }
    forgetStored(ranges, on: &host)
    endZap(.zap, outcome, work)
    return outcome
  }

  /// Drops the words of pages that lie in storage alone, but for those of tables that are edited from
  /// outside.
  private mutating func forgetStored(
    _ ranges: [Range<GuestPhysical>], on host: inout Host
  ) {
    for (number, slot) in slots.enumerated() where slot.kind.isMemory {
      var stored: [(page: Int, record: BackingRecord)] = []
      visitStored(slot: number) { page, record in
        let address = self.address(page, slot: number)
        guard !record.isTable, ranges.contains(where: { $0.contains(address) }) else { return }
        stored.append((page, record))
      }
      for (page, record) in stored {
        if let place = record.storedPage, !record.isImage { host.releaseStorage(place) }
        backing.take(page, leaving: BackingRecord())
      }
    }
  }

  /// Moves pages to frames of a NUMA node, as automatic balancing does.
  ///
  /// Pages that others share stay, and so does the rest once the node has no frame left.
  @discardableResult
  public mutating func migrate(
    _ ranges: [Range<GuestPhysical>], toNode node: Int, on host: inout Host
  ) -> ZapOutcome {
    precondition(host.frames.nodes.indices.contains(node), "the host has no node \(node)")
    guard !isPinned else { return ZapOutcome() }
    var pages: [BackedPage] = []
    for page in backedPages(ranges, .whole, on: &host) {
      let record = backing[page.number]
      guard !record.isShared, !record.isZero, host.frames.node(of: record.frame) != node else {
        continue
      }
      pages.append(page)
    }
    var work = FaultWork()
    var outcome = beginZap(pages, &work, on: &host)
    outcome.pages = 0
    for page in pages {
      guard let frame = host.frames.allocate(page.order, node: node) else { break }
      guard host.frames.node(of: frame) == node else {
        host.release(frame)
        break
      }
      work.allocations &+= 1
      work.copyBytes &+= page.order.bytes
      move(page, to: frame, on: &host)
      outcome.pages &+= page.order.frames
      outcome.freedFrames &+= page.order.frames
    }
    endZap(.zap, outcome, work)
    return outcome
  }

  /// Clears the entries of pages that go, and counts what that takes.
  mutating func beginZap(
    _ pages: [BackedPage], _ work: inout FaultWork, on host: inout Host
  ) -> ZapOutcome {
    var outcome = ZapOutcome()
    guard !pages.isEmpty else { return outcome }
    work.locks = 1
    work.hostLookups = UInt64(pages.count)
    outcome.pages = pages.reduce(0) { $0 + $1.order.frames }
    outcome.entries = clearEntries(of: pages, &work, on: &host)
    return outcome
  }

  /// Posts what was taken away: an event for each page of the process's table.
  mutating func endZap(_ kind: HostWork, _ outcome: ZapOutcome, _ work: FaultWork) {
    guard work != FaultWork() else { return }
    tally.count(.work(kind), times: work.hostLookups)
    tally.post(work, for: .work(kind))
  }

  /// Gives up a frame, and counts it if nobody else used it.
  mutating func give(
    _ frame: FrameNumber, _ outcome: inout ZapOutcome, on host: inout Host
  ) {
    if host.frames.references(of: frame) == 1 {
      outcome.freedFrames &+= host.frames.order(of: frame).frames
    }
    host.release(frame)
  }

  /// Whether tables of the guest's are edited in a page from outside.
  func holdsTables(_ page: BackedPage) -> Bool {
    guard content != nil else { return false }
    return (page.number..<page.number + Int(page.order.frames)).contains {
      backing.small($0).isTable
    }
  }

  /// Puts the words of a page into storage, if it has any that matter.
  mutating func swappedOut(
    _ page: BackedPage, _ record: BackingRecord, on host: inout Host
  ) throws(MachineError) -> BackingRecord {
    var left = BackingRecord()
    if host.frames.holdsContent(record.frame) {
      let stored = try host.reserveStorage(pages: 1)
      host.copyPage(from: record.frame.address, to: stored << 12)
      left = BackingRecord(storedIn: stored, isOwned: true)
      if backing.small(page.number).isTable {
        moveContent(of: GuestPhysical(page.address), to: stored << 12, on: &host)
      }
    }
    left.isSwapped = true
    return left
  }

  /// Puts a page's bytes into another run of frames, and gives its own back.
  private mutating func move(_ page: BackedPage, to frame: FrameNumber, on host: inout Host) {
    let old = backing[page.number].frame
    for number in 0..<page.order.frames where host.frames.holdsContent(old + number) {
      host.copyPage(from: (old + number).address, to: (frame + number).address)
      host.frames.setHoldsContent(frame + number, true)
      host.frames.setHoldsContent(frame, true)
      if backing.small(page.number + Int(number)).isTable {
        let address = GuestPhysical(page.address + number * FrameNumber.bytes)
        moveContent(of: address, to: (frame + number).address, on: &host)
      }
    }
    if page.order == .small {
      backing.replace(BackingRecord(frame), page: page.number)
    } else {
      for chunk in stride(from: 0, to: Int(page.order.frames), by: 512) {
        let run = frame + UInt64(chunk)
        backing.setChunk(BackingRecord(run, page.order), page: page.number + chunk)
      }
    }
    host.release(old)
  }
}
