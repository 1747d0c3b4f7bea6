import HostMemory
import Paging

extension VirtualMachine {
  /// Says whether a virtual processor runs its guest now.
  ///
  /// One that doesn't is never interrupted to flush: it does so before it enters its guest again.
  public mutating func setRunning(_ isRunning: Bool, processor: Int) {
    precondition(
      processor >= 0 && processor < processorCount, "there is no virtual processor \(processor)")
    processors[processor].isRunning = isRunning
  }

  /// How many virtual processors run their guest now.
  public var runningProcessors: Int {
    var count = 0
    for number in 0..<processorCount where processors[number].isRunning { count += 1 }
    return count
  }

  /// Carries out the invalidations that an edit asks for, in every processor's caches, and counts them.
  ///
  /// A processor of the machine does it, in a fault. Where an instruction doesn't reach the other
  /// processors by itself, each that runs is interrupted and executes its own: that is what KVM calls a
  /// remote flush.
  mutating func carryOut(_ edit: LiveEdit, _ work: inout FaultWork) {
    var batch = FlushBatch()
    batch.add(edit)
    carryOut(batch, inFault: true, &work)
  }

  /// Carries out the invalidations of many edits at once.
  ///
  /// In a fault one of the machine's processors executes them and interrupts the others; otherwise it is
  /// a thread of the host's, which interrupts all that run and executes none of them itself where they
  /// aren't broadcast.
  mutating func carryOut(_ batch: FlushBatch, inFault: Bool, _ work: inout FaultWork) {
    var broadcasts: UInt64 = 0
    var others: UInt64 = 0
    for instruction in batch.instructions(for: processors[0].maintenanceContext) {
      guard let flush = processors[0].flush(instruction) else { continue }
      if instruction.reachesAll { broadcasts &+= 1 } else { others &+= 1 }
      guard !losesFlushes else { continue }
      for number in 0..<processors.count { processors[number].apply(flush) }
    }
    work.broadcasts &+= broadcasts
    if others > 0 {
      // One interruption has each execute all of them.
      let running = UInt64(runningProcessors)
      work.localFlushes &+= inFault ? others : 0
      work.remoteFlushes &+= inFault ? max(running, 1) - 1 : running
    }
    if broadcasts | others != 0 { counters.remoteTLBFlush &+= 1 }
  }
}
