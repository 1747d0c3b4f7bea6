import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// How an architecture's KVM treats large pages that are written while writes are logged.
  public var usualLogSplitting: LogSplitting {
    configuration.host.isa == .arm ? .breaking : .onFault
  }

  /// Begins to log which pages of a slot are written: its pages are protected, and the first write to
  /// each faults.
  ///
  /// With eager splitting all large pages are split before, and each small page gets an entry.
  public mutating func startDirtyLog(
    slot: Int, splitting: LogSplitting? = nil, on host: inout Host
  ) throws(MachineError) {
    precondition(slots.indices.contains(slot), "there is no slot \(slot)")
    guard slots[slot].kind == .ram else { throw .noMemoryAt(slots[slot].start) }
    if dirtyLogs.isEmpty { dirtyLogs = Array(repeating: nil, count: slots.count) }
    let splitting = splitting ?? usualLogSplitting
    // KVM on Arm protects the large pages and then splits them; on x86 it splits first.
    let splitsFirst = configuration.host.isa != .arm
    if splitting == .eager, splitsFirst { try splitEagerly(slot, on: &host) }
    dirtyLogs[slot] = DirtyLog(splitting: splitting, pages: SlotPages(slots[slot]))
    var work = FaultWork()
    work.locks = 1
    protect([slots[slot].start.value..<slots[slot].end], &work, on: &host)
    tally.postWork(.protect, times: 1, work)
    if splitting == .eager, !splitsFirst { try splitEagerly(slot, on: &host) }
  }

  /// The pages of a slot that were written since they were cleared last; they stay noted.
  public func dirtyPages(slot: Int) -> SlotPages? {
    dirtyLogs.indices.contains(slot) ? dirtyLogs[slot]?.pages : nil
  }

  /// Forgets that pages were written, and protects them again: the next write to each will fault.
  ///
  /// All share one flush.
  public mutating func clearDirty(_ pages: SlotPages, slot: Int, on host: inout Host) {
    guard dirtyLogs.indices.contains(slot), var log = dirtyLogs[slot] else { return }
    precondition(pages.words.count == log.pages.words.count, "the pages are another slot's")
    dirtyLogs[slot] = nil
    let removed = log.pages.remove(pages)
    dirtyLogs[slot] = log
    var work = FaultWork()
    work.locks = 1
    protect(removed.runs, &work, on: &host)
    tally.postWork(.collect, times: 1, work)
  }

  /// The pages that were written since the last time, which are protected again.
  public mutating func collectDirty(slot: Int, on host: inout Host) -> SlotPages? {
    guard let pages = dirtyPages(slot: slot) else { return nil }
    clearDirty(pages, slot: slot, on: &host)
    return pages
  }

  /// Whether the writes to a slot are logged.
  @inline(__always)
  func isLogged(_ slot: Int) -> Bool { !dirtyLogs.isEmpty && dirtyLogs[slot] != nil }

  /// Notes a write, if the slot's are logged.
  mutating func noteWrite(at address: GuestPhysical, slot: Int, _ work: inout FaultWork) {
    guard isLogged(slot) else { return }
    dirtyLogs[slot]?.pages.insert(address)
    work.loggedPages &+= 1
  }

  /// Splits all large pages of a slot.
  private mutating func splitEagerly(
    _ slot: Int, on host: inout Host
  ) throws(MachineError) {
    let start = slots[slot].start
    let bytes = slots[slot].bytes
    var large: Int64 = 0
    var huge: Int64 = 0
    var starts: [UInt64] = []
    visitPages(start.value..<slots[slot].end, host) { address, pageBytes, _ in
      if pageBytes == FrameOrder.large.bytes { large += 1 }
      if pageBytes == FrameOrder.huge.bytes { huge += 1 }
      guard hasNonExecutableLargePages, pageBytes > FrameNumber.bytes else { return }
      for offset in stride(from: UInt64(0), to: pageBytes, by: Int(FrameOrder.large.bytes)) {
        starts.append(address.value + offset)
      }
    }
    guard large + huge > 0 else { return }
    let needed = Int(large + huge * 513)
    while tables.frames.free < needed {
      guard addTableFrames(on: &host) else { throw .noFramesForTables }
    }
    var work = FaultWork()
    work.locks = 1
    do {
      let edit = try tables.splitAll(start, bytes: bytes, to: 4096, in: &host.memory)
      work.entries = UInt64(edit.summary.pages)
      work.tables = UInt64(edit.summary.tablesAdded)
      countFlushes(of: edit, &work)
    } catch {
      throw .tables(error)
    }
    counters.count(.huge, -huge)
    counters.count(.large, -large)
    counters.count(.small, large * 512 + huge * 512 * 512)
    allowExecution(around: starts, on: &host)
    tally.postWork(.split, times: UInt64(large + huge), work)
  }

  /// Carries out what a split of many pages asks for: on Arm one page after the other, because each is
  /// broken before it is made anew, elsewhere at the end.
  private mutating func countFlushes(of edit: LiveEdit, _ work: inout FaultWork) {
    guard edit.stage.isa == .arm else {
      var batch = FlushBatch()
      batch.add(edit)
      return carryOut(batch, inFault: false, &work)
    }
    for invalidation in edit.invalidations where invalidation.need == .required {
      var batch = FlushBatch()
      batch.add(invalidation)
      carryOut(batch, inFault: false, &work)
    }
  }

  /// Takes the right to write from the pages of ranges, with one flush for all.
  private mutating func protect(
    _ ranges: [Range<UInt64>], _ work: inout FaultWork, on host: inout Host
  ) {
    var batch = FlushBatch()
    for range in ranges {
      let bytes = range.upperBound - range.lowerBound
      let changed: Int
      do {
        changed = try tables.writeProtect(
          GuestPhysical(range.lowerBound), bytes: bytes, in: &host.memory)
      } catch {
        preconditionFailure("\(error) can't come from a slot")
      }
      guard changed > 0 else { continue }
      work.changes &+= UInt64(changed)
      batch.add(
        Invalidation(
          configuration.host.translationStage, at: range.lowerBound, bytes: bytes,
          pageBytes: 4096, levels: .lastLevel))
    }
    carryOut(batch, inFault: false, &work)
  }

  /// Visits the second stage's pages in a range.
  func visitPages(
    _ range: Range<UInt64>, _ host: borrowing Host,
    _ body: (GuestPhysical, UInt64, HostAttributes) -> Void
  ) {
    do {
      try tables.visitPages(
        GuestPhysical(range.lowerBound), bytes: range.upperBound - range.lowerBound,
        in: host.memory, body)
    } catch {
      preconditionFailure("\(error) can't come from a slot")
    }
  }
}
