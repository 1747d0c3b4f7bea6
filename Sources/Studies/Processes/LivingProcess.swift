import Guests
import Hypervisor
import Paging

/// A process that lives, or waits to be forked.
final class LivingProcess {
  /// What it is by the study, and which of its kind.
  let kind: Int
  let number: Int
  /// The virtual processor that runs it.
  let processor: Int
  /// Its tables.
  var space: GuestSpace
  /// Where its memory starts, and how many pages it has.
  let start: GuestVirtual
  let pages: UInt64
  /// When it acts next.
  var at: UInt64
  var random: SplitMix64
  /// Whether it is there, and has not ended.
  var isThere = false
  /// The next page of one that passes through its memory.
  var next: UInt64 = 0
  /// The pages that it has touched since the start of the measurement, and how many they are.
  var isTouched: [Bool]
  var touched: UInt64 = 0
  /// The touches that are left of the request, and when it began.
  var left: UInt64 = 0
  var began: UInt64 = 0

  init(
    kind: Int, number: Int, processor: Int, space: consuming GuestSpace, start: GuestVirtual,
    pages: UInt64, at: UInt64, seed: UInt64
  ) {
    self.kind = kind
    self.number = number
    self.processor = processor
    self.space = space
    self.start = start
    self.pages = pages
    isTouched = [Bool](repeating: false, count: Int(pages))
    self.at = at
    random = SplitMix64(seed: seed)
  }
}
