import HostMemory
import Paging

@testable import Hypervisor

extension TestMachine {
  /// Writes a word to the beginning of a page, as a guest does, and says how the access went.
  @discardableResult
  mutating func write(_ word: UInt64, at address: UInt64) -> TouchOutcome {
    let outcome = touch(address, .write)
    guard outcome.end == .arrived else { return outcome }
    note(word, at: outcome.hostPhysical)
    return outcome
  }

  /// Puts a word into the host's memory, so that it counts as something that matters.
  mutating func note(_ word: UInt64, at place: HostPhysical) {
    host.memory.store(word, at: place)
    let frame = FrameNumber(place.value >> 12)
    host.frames.setHoldsContent(frame, true)
    // A run's first frame says whether any of them holds something.
    var head = frame
    if host.frames.references(of: head) == 0 { head = FrameNumber(frame.value & ~511) }
    if host.frames.references(of: head) == 0 { head = FrameNumber(frame.value & ~(1 << 18 - 1)) }
    host.frames.setHoldsContent(head, true)
  }

  /// Reads the word that `write` puts down.
  mutating func read(_ address: UInt64) -> UInt64? {
    let outcome = touch(address, .read)
    guard outcome.end == .arrived else { return nil }
    return host.memory.word(at: outcome.hostPhysical)
  }

  /// A range of guest-physical addresses.
  static func range(_ start: UInt64, _ bytes: UInt64) -> Range<GuestPhysical> {
    GuestPhysical(start)..<GuestPhysical(start + bytes)
  }
}
