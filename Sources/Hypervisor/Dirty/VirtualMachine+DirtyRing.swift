import Costs
import HostMemory
import Paging

extension VirtualMachine {
  /// What happens first when a processor leaves its guest while writes are logged.
  mutating func beginExit(_ processor: Int) {
    loggingProcessor = processor
    guard !buffers.isEmpty, hasModificationLogs else { return }
    drain(processor)
  }

  /// What happens last before a processor enters its guest again while writes are logged: with too many
  /// entries in its ring it goes to user space instead.
  ///
  /// The page whose write filled the ring is protected again with the others, so that it faults anew.
  mutating func endExit(_ processor: Int, on host: inout Host) {
    guard let limit = ringLimit, rings[processor].count >= limit else { return }
    dirty.ringFullExits &+= 1
    tally.use(.userspaceExit, for: .work(.collect))
    harvest(emptiesFullRingAlone ? processor..<processor + 1 : rings.indices, on: &host)
  }

  /// Takes all entries out of the rings of all processors, and protects their pages again with one flush;
  /// where the hardware fills the rings their dirty flags are cleared instead.
  ///
  /// The pages stay noted in the bitmaps that `dirtyPages` gives.
  public mutating func harvest(on host: inout Host) { harvest(rings.indices, on: &host) }

  /// The same for the rings of some processors.
  private mutating func harvest(_ processors: Range<Int>, on host: inout Host) {
    guard ringLimit != nil else { return }
    var pages: [SlotPages] = []
    for slot in slots { pages.append(SlotPages(slot)) }
    var count: UInt64 = 0
    for processor in processors {
      for entry in rings[processor] {
        let page = GuestPhysical(entry)
        guard let number = slot(of: page) else { continue }
        pages[number].insert(page)
        count &+= 1
      }
      rings[processor].removeAll(keepingCapacity: true)
    }
    guard count > 0 else { return }
    dirty.drainedEntries &+= count
    var work = FaultWork()
    work.locks = 1
    var batch = FlushBatch()
    for (number, page) in pages.enumerated() {
      guard let mechanism = dirtyLogs[number]?.mechanism else { continue }
      if mechanism.logsModifications { _ = dirtyLogs[number]?.flagged.remove(page) }
      change(
        page.words, from: page.start, isClean: mechanism.usesFlags, &batch, &work, on: &host)
    }
    carryOut(batch, inFault: false, &work)
    tally.use(.drainEntry, count, for: .work(.collect))
    tally.postWork(.collect, times: 1, work)
  }
}
