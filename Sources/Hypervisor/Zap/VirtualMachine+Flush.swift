import HostMemory
import Paging

extension VirtualMachine {
  /// Carries out the invalidations that an edit asks for, in every processor's caches, and counts them.
  ///
  /// Where an instruction doesn't reach the other processors by itself, each is interrupted and executes
  /// its own: that is what KVM calls a remote flush.
  mutating func carryOut(_ edit: LiveEdit, _ work: inout FaultWork) {
    var flushed = false
    for instruction in edit.instructions(for: processors[0].maintenanceContext) {
      guard let flush = processors[0].flush(instruction) else { continue }
      flushed = true
      if instruction.reachesAll {
        work.broadcasts &+= 1
      } else {
        work.localFlushes &+= 1
        work.remoteFlushes &+= UInt64(processorCount - 1)
      }
      for number in 0..<processors.count { processors[number].apply(flush) }
    }
    if flushed { counters.remoteTLBFlush &+= 1 }
  }
}

extension VirtualProcessor {
  /// Forgets what an instruction says, if there are caches.
  mutating func apply(_ flush: CacheFlush) {
    guard var caches = caches.take() else { return }
    caches.apply(flush)
    self.caches = consume caches
  }
}
