import Costs
public import HostMemory
public import Paging

extension VirtualMachine {
  /// Makes a page one that others may use too, and gives its frame: whoever writes to it gets a copy.
  ///
  /// It is what same-page merging does to the page that it keeps. A page that isn't there, or that
  /// guests' tables are edited in from outside, can't be shared.
  public mutating func share(_ address: GuestPhysical, on host: inout Host) -> FrameNumber? {
    let range = address..<GuestPhysical(address.value &+ 1)
    guard !isPinned, let page = backedPages([range], .small, on: &host).first else {
      return nil
    }
    var record = backing[page.number]
    guard !record.isZero, !holdsTables(page) else { return nil }
    if !record.isShared {
      var work = FaultWork()
      let outcome = beginZap([page], &work, on: &host)
      record.isShared = true
      backing.replace(record, page: page.number)
      endZap(.zap, outcome, work)
    }
    return record.frame
  }

  /// Lets pages use a frame that was shared, instead of their own: they have the same bytes, which the
  /// caller has made sure of.
  ///
  /// Pages that aren't there, or that guests' tables are edited in from outside, stay as they are. All
  /// share one flush.
  @discardableResult
  public mutating func merge(
    _ addresses: [GuestPhysical], into frame: FrameNumber, on host: inout Host
  ) -> ZapOutcome {
    guard !isPinned else { return ZapOutcome() }
    var pages: [BackedPage] = []
    for address in addresses {
      let range = address..<GuestPhysical(address.value &+ 1)
      guard let page = backedPages([range], .small, on: &host).first, !holdsTables(page),
        backing[page.number].frame != frame
      else { continue }
      pages.append(page)
    }
    var work = FaultWork()
    var outcome = beginZap(pages, &work, on: &host)
    for page in pages {
      let old = backing[page.number].frame
      var record = BackingRecord(frame)
      record.isShared = true
      host.frames.share(frame)
      backing.replace(record, page: page.number)
      give(old, &outcome, on: &host)
    }
    endZap(.zap, outcome, work)
    return outcome
  }

  /// A machine like this one whose process was forked from this one's: every page that is there is
  /// shared, and a write by either copies it.
  ///
  /// The new machine's second stage is empty. Large pages are split first, and pages that this machine's
  /// tables are edited in from outside are copied, as are those that a device holds. Where frames or
  /// storage give out midway, the new machine is given up and keeps nothing.
  public mutating func fork(on host: inout Host) throws(MachineError) -> VirtualMachine {
    var child = try VirtualMachine(configuration, on: &host)
    child.policy = policy
    let all = slots.map { $0.start..<GuestPhysical($0.end) }
    let pages = backedPages(all, .small, on: &host)
    var work = FaultWork()
    let outcome = beginZap(pages, &work, on: &host)
    do throws(MachineError) {
      for page in pages { try hand(page, to: &child, &work, on: &host) }
      for number in slots.indices where slots[number].kind.isMemory {
        try copyStored(slot: number, to: &child, on: &host)
      }
    } catch {
      endZap(.zap, outcome, work)
      child.shutDown(on: &host)
      throw error
    }
    endZap(.zap, outcome, work)
    return child
  }

  /// Lets a forked machine have a page too.
  private mutating func hand(
    _ page: BackedPage, to child: inout VirtualMachine, _ work: inout FaultWork,
    on host: inout Host
  ) throws(MachineError) {
    var record = backing[page.number]
    if isPinned || holdsTables(page) {
      guard let frame = host.frames.allocate(.small, node: policy.node) else {
        throw .outOfMemory(at: GuestPhysical(page.address))
      }
      host.copyPage(from: record.frame.address, to: frame.address)
      host.frames.setHoldsContent(frame, true)
      work.copyBytes &+= FrameNumber.bytes
      work.allocations &+= 1
      child.backing.add(BackingRecord(frame), page: page.number)
      return
    }
    host.frames.share(record.frame)
    if !record.isZero {
      record.isShared = true
      backing.replace(record, page: page.number)
    }
    record.isTable = false
    child.backing.add(record, page: page.number)
  }

  /// Gives a forked machine its own copy of the words that lie in storage.
  private func copyStored(
    slot: Int, to child: inout VirtualMachine, on host: inout Host
  ) throws(MachineError) {
    var failure: MachineError?
    visitStored(slot: slot) { page, record in
      guard failure == nil, record.storedPage != nil || record.isSwapped else { return }
      var left = BackingRecord()
      if let stored = record.storedPage {
        do throws(MachineError) {
          let own = try host.reserveStorage(pages: 1)
          host.copyPage(from: stored << 12, to: own << 12)
          left = BackingRecord(storedIn: own, isOwned: true)
        } catch {
          failure = error
          return
        }
      }
      left.isSwapped = record.isSwapped
      child.backing.take(page, leaving: left)
    }
    if let failure { throw failure }
  }
}
