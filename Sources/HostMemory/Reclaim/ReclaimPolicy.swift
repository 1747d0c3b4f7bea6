/// How a host chooses which pages leave memory.
///
/// The words are those of the replacement policies of the same kind; here pages have kinds, groups and
/// limits, and some are written first.
public enum ReclaimPolicy: String, Sendable, Hashable, CaseIterable {
  /// Active and inactive lists of either kind, with refault distance (Linux).
  case twoLists = "twolist"
  /// Generations and tiers (Linux's multi-generational LRU).
  case generations = "mglru"
  /// A hand over all pages of a group, which gives each accessed one a second chance.
  case clock
  /// Two hands: one clears accessed bits, another takes what has not been accessed since (4.3BSD).
  case twoHands = "twohand"

  /// The policy in words.
  public var title: String {
    switch self {
    case .twoLists: "active and inactive lists"
    case .generations: "generations"
    case .clock: "Clock"
    case .twoHands: "two-handed clock"
    }
  }

  /// Whether all pages of a group are in one ring, whatever their kind.
  var isRing: Bool { self == .clock || self == .twoHands }
}
