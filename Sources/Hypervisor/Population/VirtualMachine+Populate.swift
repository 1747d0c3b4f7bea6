import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// Prepares memory before the guest touches it.
  ///
  /// What it uses is posted to `.work(.populate)`, once for each page of the size that the process has:
  /// the second stage is filled page by page, however fast the model writes its entries. An address
  /// without memory is refused before anything is done; where the host's frames give out, what is there
  /// by then stays. What comes from a device is asked for page by page or, as where a recorded set lies side
  /// by side in a file, all at once.
  @discardableResult
  public mutating func populate(
    _ extent: PopulationExtent = .all, to depth: PopulationDepth, inOneRequest: Bool = false,
    on host: inout Host
  ) throws(MachineError) -> PopulationSummary {
    let parts = try parts(of: extent)
    var work = FaultWork()
    var summary = PopulationSummary()
    var failure: GuestPhysical?
    for part in parts {
      failure = populate(part, depth, &work, &summary, on: &host)
      if failure != nil { break }
    }
    if !depth.mapsSecondStage { work.hostLookups = 0 }
    if inOneRequest {
      work.storageRequests = min(work.storageRequests, 1)
      work.networkRequests = min(work.networkRequests, 1)
      work.userfaults = min(work.userfaults, 1)
    }
    summary.hostFaults = work.hostFaults
    summary.entries = work.entries
    summary.tables = work.tables
    tally.postWork(.populate, times: summary.pages, work)
    if let failure { throw .outOfMemory(at: failure) }
    return summary
  }

  /// Pins all memory for a device that is passed through to the guest, as VFIO does: the device writes
  /// to frames by itself, so that each must be there and stay.
  ///
  /// The device's own table is the IOMMU's. KVM's second stage is not filled by it, unless `depth` asks
  /// for that too.
  @discardableResult
  public mutating func pinAll(
    to depth: PopulationDepth = .process, on host: inout Host
  ) throws(MachineError) -> PopulationSummary {
    // A frame that is pinned must be the page's own: reading alone would pin the frame of zeros.
    let summary = try populate(.all, to: depth == .reading ? .process : depth, on: &host)
    if depth == .reading { try populate(.all, to: .reading, on: &host) }
    isPinned = true
    tally.use(.pin, summary.pages, for: .work(.populate))
    return summary
  }

  /// A part of one slot.
  private struct Part {
    var slot: Int
    var from: UInt64
    var to: UInt64
  }

  private mutating func parts(of extent: PopulationExtent) throws(MachineError) -> [Part] {
    var parts: [Part] = []
    switch extent {
    case .all:
      for (number, slot) in slots.enumerated() where slot.kind.isMemory {
        parts.append(Part(slot: number, from: slot.start.value, to: slot.end))
      }
    case .ranges(let ranges):
      for range in ranges where !range.isEmpty {
        try add(range.lowerBound.value & ~4095, (range.upperBound.value + 4095) & ~4095, to: &parts)
      }
    case .pages(let pages):
      for page in pages {
        try add(page.value & ~4095, (page.value & ~4095) + 4096, to: &parts)
      }
    }
    return parts
  }

  private mutating func add(
    _ from: UInt64, _ to: UInt64, to parts: inout [Part]
  ) throws(MachineError) {
    var at = from
    while at < to {
      guard let number = slot(of: GuestPhysical(at)), slots[number].kind.isMemory else {
        throw .noMemoryAt(GuestPhysical(at))
      }
      let end = min(to, slots[number].end)
      parts.append(Part(slot: number, from: at, to: end))
      at = end
    }
  }

  /// Populates a part of a slot; says where no frame was left, if so.
  private mutating func populate(
    _ part: Part, _ depth: PopulationDepth, _ work: inout FaultWork,
    _ summary: inout PopulationSummary, on host: inout Host
  ) -> GuestPhysical? {
    let isWrite = depth.isWrite && slots[part.slot].kind == .ram
    let source = slots[part.slot].source
    var run = PageRun(slot: part.slot)
    var at = part.from
    while at < part.to {
      let page = recordNumber(GuestPhysical(at), slot: part.slot)
      if isWrite, source == .zero, policy.backing == .small, page & 511 == 0,
        part.to &- at >= FrameOrder.large.bytes, backing.isEmptyChunk(page),
        let frame = host.frames.allocate(.large, node: policy.node)
      {
        // Frames side by side make one run of entries.
        host.frames.split(frame)
        backing.fill(frame, page: page)
        work.addSmallPages(512)
        summary.pages &+= 512
        if depth.mapsSecondStage {
          if !run.takes(BackingRecord(frame), at: at, policy.largestMapping, isWritable: true) {
            guard map(run, &work, on: &host) else { return GuestPhysical(run.from) }
            run.begin(BackingRecord(frame), at: at, policy.largestMapping, isWritable: true)
          }
          run.to = at &+ FrameOrder.large.bytes
          work.slotLookups &+= 512
          work.locks &+= 512
        }
        at &+= FrameOrder.large.bytes
        continue
      }
      guard
        var record = hostPage(
          page, at: GuestPhysical(at), slot: part.slot, isWrite: isWrite, &work, on: &host)
      else {
        _ = map(run, &work, on: &host)
        return GuestPhysical(at)
      }
      summary.pages &+= 1
      let start = at & ~(record.order.bytes &- 1)
      let end = start &+ record.order.bytes
      if depth.mapsSecondStage {
        work.slotLookups &+= 1
        work.locks &+= 1
        let isWritable = slots[part.slot].kind == .ram && !record.isShared && !record.isZero
        let head = FrameNumber(record.frame.value & ~(record.order.frames &- 1))
        record = BackingRecord(head, record.order)
        if !run.takes(record, at: start, policy.largestMapping, isWritable: isWritable) {
          guard map(run, &work, on: &host) else { return GuestPhysical(run.from) }
          run.begin(record, at: start, policy.largestMapping, isWritable: isWritable)
        }
        run.to = end
      }
      at = end
    }
    return map(run, &work, on: &host) ? nil : GuestPhysical(run.from)
  }

  /// Maps a run of pages at the second stage, all at once where nothing of it is mapped yet.
  private mutating func map(
    _ run: PageRun, _ work: inout FaultWork, on host: inout Host
  ) -> Bool {
    guard run.to > run.from else { return true }
    guard policy.hasPlainRights, !isLogged(run.slot) else { return mapEach(run, &work, on: &host) }
    let attributes: HostAttributes = run.isWritable ? .readWriteExecute : .readExecute
    while true {
      do {
        let edit = try tables.map(
          GuestPhysical(run.from), bytes: run.to &- run.from, to: HostPhysical(run.target),
          attributes, pageBytes: run.order.bytes, in: &host.memory)
        work.entries &+= UInt64(edit.pages)
        work.tables &+= UInt64(edit.tablesAdded)
        counters.count(run.order, Int64(edit.pages))
        fenceNewEntry(&work, times: UInt64(edit.pages))
        return true
      } catch .outOfFrames {
        guard addTableFrames(on: &host) else { return false }
      } catch {
        return mapEach(run, &work, on: &host)
      }
    }
  }

  /// Maps what is not mapped yet of a run.
  private mutating func mapEach(
    _ run: PageRun, _ work: inout FaultWork, on host: inout Host
  ) -> Bool {
    var at = run.from
    while at < run.to {
      let address = GuestPhysical(at)
      let record = backing[recordNumber(address, slot: run.slot)]
      if tables.page(at: address, in: host.memory) == nil,
        install(record, at: address, slot: run.slot, &work, on: &host) == .outOfMemory
      {
        return false
      }
      at &+= tables.page(at: address, in: host.memory)?.bytes ?? run.order.bytes
    }
    return true
  }
}

/// Pages side by side, in the guest's memory and in the host's, that are mapped alike.
private struct PageRun {
  let slot: Int
  var from: UInt64 = 0
  var to: UInt64 = 0
  var target: UInt64 = 0
  var order = FrameOrder.small
  var isWritable = false

  init(slot: Int) { self.slot = slot }

  /// Whether a page continues the run.
  @inline(__always)
  func takes(
    _ record: BackingRecord, at address: UInt64, _ largest: FrameOrder, isWritable: Bool
  ) -> Bool {
    to > from && address == to && record.frame.address &- target == address &- from
      && min(record.order, largest) == order && isWritable == self.isWritable
  }

  /// Begins another run with a page.
  mutating func begin(
    _ record: BackingRecord, at address: UInt64, _ largest: FrameOrder, isWritable: Bool
  ) {
    from = address
    to = address
    target = record.frame.address
    order = min(record.order, largest)
    self.isWritable = isWritable
  }
}

extension FaultWork {
  /// Adds what so many pages of 4 KiB take that nothing was behind.
  fileprivate mutating func addSmallPages(_ count: UInt64) {
    hostLookups &+= count
    hostFaults &+= count
    allocations &+= count
    zeroBytes &+= count &* FrameNumber.bytes
  }
}
