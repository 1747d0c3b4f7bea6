import HostMemory
import Simulation

/// How a processor passes its machine's locks.
extension RacingStorm {
  /// Writes the machine's lock to have it.
  ///
  /// To write it is to share it. Who wants it alone stands in line, as in Linux, and the first in line
  /// reads the lock's own word: so the line comes when it asks, and once more when the lock is given to it.
  mutating func lock(_ number: Int) -> Step? {
    guard let locks = crews[racers[number].crew].locks else { return nil }
    if !resolvesBeside { racers[number].ahead.append(.write(locks.word)) }
    racers[number].ahead.append(.lock(locks.lock, shared: resolvesBeside))
    return .write(locks.word)
  }

  /// Gives the machine's lock back: whoever has written it meanwhile has taken its line away.
  mutating func unlock(_ number: Int) -> Step? {
    guard let locks = crews[racers[number].crew].locks else { return nil }
    racers[number].ahead.append(.unlock(locks.lock))
    return .write(locks.word)
  }

  /// Shares the lock of the process's memory before anything is brought.
  mutating func enterProcess(_ number: Int) {
    guard let locks = crews[racers[number].crew].locks else { return }
    racers[number].ahead.append(.write(locks.processWord))
  }

  /// Gives the lock of the process's memory back.
  func leaveProcess(_ number: Int) -> Step? {
    crews[racers[number].crew].locks.map { .write($0.processWord) }
  }
}
