import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// How an architecture's KVM treats large pages that are written while writes are logged.
  public var usualLogSplitting: LogSplitting {
    switch configuration.host.isa {
    case .x86: .eager
    case .arm: .breaking
    case .riscv: .onFault
    }
  }

  /// Begins to log which pages of a slot are written.
  ///
  /// With write protection the first write to each page faults. With eager splitting all large pages are
  /// split before, and each small page gets an entry. A slot whose writes are logged so already keeps its
  /// log as it is, as KVM does nothing where a slot's flags stay the same; one whose writes are logged
  /// otherwise is refused.
  public mutating func startDirtyLog(
    slot: Int, splitting: LogSplitting? = nil, mechanism: DirtyMechanism = .writeProtection,
    on host: inout Host
  ) throws(MachineError) {
    precondition(slots.indices.contains(slot), "there is no slot \(slot)")
    guard slots[slot].kind == .ram else { throw .noMemoryAt(slots[slot].start) }
    try check(mechanism)
    if dirtyLogs.indices.contains(slot), let log = dirtyLogs[slot] {
      guard log.mechanism == mechanism, splitting ?? log.splitting == log.splitting else {
        throw .loggedOtherwise(slots[slot].start)
      }
      return
    }
    let splitting = splitting ?? usualLogSplitting
    let splits = splitting == .eager && mechanism != .initiallyAllSet
    let range = slots[slot].start.value..<slots[slot].end
    // KVM on Arm protects the large pages and then splits them; on x86 it splits first.
    let splitsFirst = configuration.host.isa != .arm
    if splits, splitsFirst { try splitEagerly(range, on: &host) }
    if dirtyLogs.isEmpty { dirtyLogs = Array(repeating: nil, count: slots.count) }
    dirtyLogs[slot] = DirtyLog(
      mechanism: mechanism, splitting: splitting,
      pages: SlotPages(slots[slot], isFull: mechanism == .initiallyAllSet),
      flagged: mechanism.logsModifications
        ? SlotPages(slots[slot]) : SlotPages(without: slots[slot]))
    trackByProcessor()
    guard mechanism != .initiallyAllSet else { return }
    var work = FaultWork()
    work.locks = 1
    var batch = FlushBatch()
    if mechanism.logsModifications { protectLarge(slot, &batch, &work, on: &host) }
    if mechanism.usesFlags {
      cleanFlags([range], &batch, &work, on: &host)
    } else {
      protect([range], &batch, &work, on: &host)
    }
    carryOut(batch, inFault: false, &work)
    tally.postWork(.protect, times: 1, work)
    guard splits, !splitsFirst else { return }
    do {
      try splitEagerly(range, on: &host)
    } catch {
      dirtyLogs[slot] = nil
      trackByProcessor()
      throw error
    }
  }

  /// Refuses what the machine's processors don't have.
  private func check(_ mechanism: DirtyMechanism) throws(MachineError) {
    let hasFlags =
      switch configuration.host.isa {
      case .x86: accessSight == .flags
      case .arm: configuration.setsAccessedFlags && configuration.setsDirtyFlags
      case .riscv: configuration.setsAccessedFlags
      }
    guard !mechanism.usesFlags || hasFlags else { throw .noDirtyFlags(configuration.host) }
    let isIntel = configuration.host == .ept4 || configuration.host == .ept5
    guard !mechanism.logsModifications || isIntel else {
      throw .noModificationLog(configuration.host)
    }
    if let limit = mechanism.softLimit, limit < 2 { throw .ringTooSmall(free: limit) }
  }

  /// Sets up what is kept for each processor, as the mechanisms in use have need of.
  mutating func trackByProcessor() {
    if dirtyLogs.allSatisfy({ $0 == nil }) { dirtyLogs = [] }
    hasModificationLogs = dirtyLogs.contains { $0?.mechanism.logsModifications == true }
    ringLimit = dirtyLogs.compactMap { $0?.mechanism.softLimit }.min()
    tracksByProcessor = hasModificationLogs || ringLimit != nil
    buffers = keep(hasModificationLogs, buffers)
    rings = keep(ringLimit != nil, rings)
  }

  /// A row of what each processor has written down, or none where nothing is kept.
  private func keep(_ isKept: Bool, _ rows: [[UInt64]]) -> [[UInt64]] {
    guard isKept else { return [] }
    return rows.isEmpty ? Array(repeating: [], count: processorCount + 1) : rows
  }

  /// The pages of a slot that are known to be written since they were cleared last; they stay noted.
  ///
  /// What only flags or processors' logs tell is known after ``syncDirty(slot:on:)``.
  public func dirtyPages(slot: Int) -> SlotPages? {
    dirtyLogs.indices.contains(slot) ? dirtyLogs[slot]?.pages : nil
  }

  /// Takes in what is only told by dirty flags, which a scan reads, or by the processors'
  /// page-modification logs, for which they leave their guests.
  public mutating func syncDirty(slot: Int, on host: inout Host) {
    guard dirtyLogs.indices.contains(slot), let log = dirtyLogs[slot] else { return }
    switch log.mechanism {
    case .flags:
      var pages = log.pages
      var work = FaultWork()
      work.locks = 1
      visitPages(slots[slot].start.value..<slots[slot].end, host) { address, bytes, attributes in
        work.scannedEntries &+= 1
        if attributes.isDirty, attributes.permissions.contains(.write) {
          pages.insert(address, bytes: bytes)
        }
      }
      dirtyLogs[slot]?.pages = pages
      tally.postWork(.collect, times: 1, work)
    case .modificationLog, .modificationRing: kickAndDrain()
    case .writeProtection, .initiallyAllSet, .ring: break
    }
  }

  /// Forgets that pages were written, so that the next write to each will be noted.
  ///
  /// All share one flush; in chunks of so many bytes, the pages of each do.
  public mutating func clearDirty(
    _ pages: SlotPages, slot: Int, chunkBytes: UInt64? = nil, on host: inout Host
  ) {
    guard dirtyLogs.indices.contains(slot), let log = dirtyLogs[slot] else { return }
    precondition(pages.words.count == log.pages.words.count, "the pages are another slot's")
    let chunk = (chunkBytes ?? log.pages.bytes) >> 18
    precondition(chunkBytes == nil || chunk > 0, "a chunk has at least a word of the bitmap")
    if ringLimit != nil { harvest(on: &host) }
    let count = pages.words.count
    let step = chunkBytes == nil ? max(count, 1) : Int(chunk)
    for first in stride(from: 0, to: count, by: step) {
      clearDirty(pages, first..<min(first + step, count), slot, log, on: &host)
    }
  }

  private mutating func clearDirty(
    _ pages: SlotPages, _ range: Range<Int>, _ slot: Int, _ log: DirtyLog, on host: inout Host
  ) {
    guard let removed = dirtyLogs[slot]?.pages.remove(pages, words: range) else { return }
    let start = log.pages.start + UInt64(range.lowerBound) << 18
    var work = FaultWork()
    work.locks = 1
    let splits = log.mechanism == .initiallyAllSet && log.splitting == .eager
    let splitsFirst = configuration.host.isa != .arm
    let runs =
      splits || log.mechanism == .flags ? SlotPages.runs(removed[...], from: start) : []
    if splits, splitsFirst { splitAround(runs, on: &host) }
    var batch = FlushBatch()
    if log.mechanism == .flags { keepLargeFlags(around: runs, slot: slot, on: host) }
    if log.mechanism.logsModifications {
      dirtyLogs[slot]?.flagged.remove(removed, at: range.lowerBound)
    }
    change(removed, from: start, isClean: log.mechanism.usesFlags, &batch, &work, on: &host)
    carryOut(batch, inFault: false, &work)
    tally.postWork(.collect, times: 1, work)
    if splits, !splitsFirst { splitAround(runs, on: &host) }
  }

  /// Clears the dirty flags of pages that are marked, or takes the right to write from them.
  mutating func change(
    _ words: [UInt64], from start: GuestPhysical, isClean: Bool, _ batch: inout FlushBatch,
    _ work: inout FaultWork, on host: inout Host
  ) {
    let stage = configuration.host.translationStage
    var flushes = batch
    let changed = tables.change(
      isClean ? .clean : .writeProtect, marked: words[...], from: start, in: &host.memory
    ) { run in
      flushes.add(
        Invalidation(
          stage, at: run.lowerBound, bytes: run.upperBound - run.lowerBound, pageBytes: 4096,
          levels: .lastLevel))
    }
    batch = flushes
    work.changes &+= UInt64(changed)
  }

  /// The pages that were written since the last time, of which the next writes will be noted again.
  public mutating func collectDirty(slot: Int, on host: inout Host) -> SlotPages? {
    syncDirty(slot: slot, on: &host)
    guard let pages = dirtyPages(slot: slot) else { return nil }
    clearDirty(pages, slot: slot, on: &host)
    return pages
  }

  /// Notes what the dirty flags of entries say that are about to go.
  func pagesWithFlags(
    _ range: Range<UInt64>, slot: Int, _ host: borrowing Host
  ) -> (dirty: SlotPages, all: SlotPages) {
    var dirty = SlotPages(slots[slot])
    var all = dirty
    visitPages(range, host) { address, bytes, attributes in
      all.insert(address, bytes: bytes)
      guard attributes.isDirty, attributes.permissions.contains(.write) else { return }
      dirty.insert(address, bytes: bytes)
    }
    return (dirty, all)
  }

  /// Notes the pages beside those to be cleared that share a large page's dirty flag with them.
  ///
  /// The flag goes with the first of its pages, and nothing else tells of writes to the others.
  private mutating func keepLargeFlags(
    around runs: [Range<UInt64>], slot: Int, on host: borrowing Host
  ) {
    var told = SlotPages(slots[slot])
    for run in runs {
      visitPages(run, host) { address, bytes, attributes in
        guard bytes > FrameNumber.bytes, attributes.isDirty,
          attributes.permissions.contains(.write)
        else { return }
        told.insert(address, bytes: bytes)
      }
    }
    for run in runs { told.remove(run) }
    dirtyLogs[slot]?.pages.formUnion(told)
  }

  /// Takes in the dirty flags of a slot's entries that are about to go, where nothing else tells of them.
  mutating func keepFlags(of range: Range<UInt64>, on host: borrowing Host) {
    guard let number = slot(of: GuestPhysical(range.lowerBound)), isLogged(number),
      let mechanism = dirtyLogs[number]?.mechanism, mechanism.usesFlags
    else { return }
    let (dirty, all) = pagesWithFlags(range, slot: number, host)
    if mechanism == .flags { dirtyLogs[number]?.pages.formUnion(dirty) }
    // The next entry's flag is another one.
    _ = dirtyLogs[number]?.flagged.remove(all)
  }

  /// Whether the writes to a slot are logged.
  @inline(__always)
  func isLogged(_ slot: Int) -> Bool { !dirtyLogs.isEmpty && dirtyLogs[slot] != nil }

  /// Notes a write, if the slot's are logged.
  mutating func noteWrite(at address: GuestPhysical, slot: Int, _ work: inout FaultWork) {
    guard isLogged(slot) else { return }
    dirtyLogs[slot]?.pages.insert(address)
    if hasModificationLogs, dirtyLogs[slot]?.mechanism.logsModifications == true {
      dirtyLogs[slot]?.flagged.insert(address)
    }
    work.loggedPages &+= 1
    if dirtyLogs[slot]?.mechanism.softLimit != nil {
      rings[loggingProcessor].append(address.value & ~4095)
    }
  }

  /// Splits the large pages that runs meet; without frames for tables they stay.
  private mutating func splitAround(_ runs: [Range<UInt64>], on host: inout Host) {
    for run in runs {
      do {
        try splitEagerly(run, on: &host)
      } catch {
        return
      }
    }
  }

  /// Splits all large pages that a range meets.
  private mutating func splitEagerly(
    _ range: Range<UInt64>, on host: inout Host
  ) throws(MachineError) {
    let start = GuestPhysical(range.lowerBound)
    let bytes = range.upperBound - range.lowerBound
    var large: Int64 = 0
    var huge: Int64 = 0
    var starts: [UInt64] = []
    visitPages(range, host) { address, pageBytes, _ in
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

  /// Clears the dirty flags of the pages of ranges.
  private mutating func cleanFlags(
    _ ranges: [Range<UInt64>], _ batch: inout FlushBatch, _ work: inout FaultWork,
    on host: inout Host
  ) {
    change(ranges, &batch, &work, on: &host) { tables, address, bytes, memory throws(TableError) in
      try tables.clean(address, bytes: bytes, in: &memory)
    }
  }

  /// Takes the right to write from the large pages of a slot.
  private mutating func protectLarge(
    _ slot: Int, _ batch: inout FlushBatch, _ work: inout FaultWork, on host: inout Host
  ) {
    var large: [Range<UInt64>] = []
    visitPages(slots[slot].start.value..<slots[slot].end, host) { address, bytes, _ in
      if bytes > FrameNumber.bytes { large.append(address.value..<address.value + bytes) }
    }
    protect(large, &batch, &work, on: &host)
  }

  /// Takes the right to write from the pages of ranges.
  mutating func protect(
    _ ranges: [Range<UInt64>], _ batch: inout FlushBatch, _ work: inout FaultWork,
    on host: inout Host
  ) {
    change(ranges, &batch, &work, on: &host) { tables, address, bytes, memory throws(TableError) in
      try tables.writeProtect(address, bytes: bytes, in: &memory)
    }
  }

  /// Changes the entries of ranges, and adds to a flush what became different.
  private mutating func change(
    _ ranges: [Range<UInt64>], _ batch: inout FlushBatch, _ work: inout FaultWork,
    on host: inout Host,
    _ edit: (
      inout HostTables, GuestPhysical, UInt64, inout PhysicalMemory
    ) throws(TableError) -> Int
  ) {
    for range in ranges {
      let bytes = range.upperBound - range.lowerBound
      let changed: Int
      do {
        changed = try edit(&tables, GuestPhysical(range.lowerBound), bytes, &host.memory)
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
