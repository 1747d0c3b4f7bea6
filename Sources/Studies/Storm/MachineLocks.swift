import Costs
import Simulation

/// What processors of one machine pass where their faults meet.
///
/// Whoever takes a lock writes its word, to come and to go, and so the word's cache line moves from processor
/// to processor, even where the lock is shared and nobody waits for the lock itself. Linux counts those who
/// share a machine's lock (`queued_read_lock` and `queued_read_unlock`) and the lock of the process's map of
/// memory (`rw_semaphore`) that way, each with one atomic addition.
struct MachineLocks {
  /// The machine's own lock.
  let lock: LockNumber
  /// The word of that lock.
  let word: SharedWordNumber
  /// The word of the lock of the process's memory, which faults only ever share.
  let processWord: SharedWordNumber

  /// A machine's locks, at a profile's price for a line's way.
  init(_ profile: CostProfile, on engine: inout Engine) {
    let transfer = VirtualDuration(profile, .lineTransfer, 1)
    lock = engine.add(Lock("machine", waiting: .spin))
    word = engine.add(SharedWord("machine", transfer: transfer))
    processWord = engine.add(SharedWord("process", transfer: transfer))
  }
}
