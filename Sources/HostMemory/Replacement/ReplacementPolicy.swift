/// The ways to choose the page that has to make room.
///
/// <doc:Replacement> says what each does on a hit, on a miss and at eviction, to the last tie.
public enum ReplacementPolicy: String, Sendable, Hashable, CaseIterable {
  /// First in, first out.
  case fifo
  /// Least recently used.
  case lru
  /// A hand that gives each referenced page a second chance (Corbató 1968).
  case clock
  /// The same with a counter of two bits a page.
  case clock2
  /// One hand clears reference bits, another follows and evicts (4.3BSD).
  case twohand
  /// Active and inactive list with refault distance (Linux).
  case twolist
  /// Generations (Linux's multi-generational LRU).
  case mglru
  /// The full version of 2Q (Johnson and Shasha 1994).
  case twoQueues = "2q"
  /// Adaptive replacement cache (Megiddo and Modha 2003).
  case arc
  /// A hand over a queue that lets pages stay where they are (Zhang and others 2024).
  case sieve
  /// Three static queues (Yang and others 2023).
  case s3fifo
  /// Least frequently used.
  case lfu
  /// The working set of a window (Denning 1968).
  case ws
  /// The page whose next reference is farthest away (Bélády 1966).
  case opt

  /// The policy in words.
  public var title: String {
    switch self {
    case .fifo: "first in, first out"
    case .lru: "least recently used"
    case .clock: "Clock, one bit"
    case .clock2: "Clock, two bits"
    case .twohand: "two-handed clock"
    case .twolist: "active and inactive list"
    case .mglru: "multi-generational LRU"
    case .twoQueues: "2Q, full version"
    case .arc: "adaptive replacement cache"
    case .sieve: "SIEVE"
    case .s3fifo: "S3-FIFO"
    case .lfu: "least frequently used"
    case .ws: "working set"
    case .opt: "optimal"
    }
  }
}
