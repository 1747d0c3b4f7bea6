/// What reclaim by generations remembers of a group (struct lru_gen_folio).
///
/// Generations are numbered in the order of their birth; the youngest is the same for both kinds, the
/// oldest is not. Of the oldest one it is counted, by tier, what was evicted, what came back, and what was
/// kept because its tier came back too often.
struct PageGenerations: Sendable {
  /// MIN_NR_GENS: so many generations can't be evicted from.
  static let fewest: UInt64 = 2
  /// MAX_NR_GENS.
  static let most: UInt64 = 4
  /// MAX_NR_TIERS.
  static let tiers = 4
  /// MIN_LRU_BATCH: what is taken from a list at once, and the fewest refaults that count.
  static let batch = 64
  /// MAX_LRU_BATCH: what is looked at at once.
  static let longestBatch = 4096

  /// The youngest.
  var youngest = fewest + 1
  private var oldestOf: (anon: UInt64, file: UInt64) = (0, 0)
  private var counts = [Tier](repeating: Tier(), count: 2 * tiers)

  /// What is counted of a tier.
  struct Tier: Sendable {
    var refaulted: UInt64 = 0
    var evicted: UInt64 = 0
    var protected: UInt64 = 0
    /// What earlier generations came to, half of it with each.
    var pastRefaulted: UInt64 = 0
    var pastTotal: UInt64 = 0
  }

  /// The oldest generation of a kind.
  subscript(_ kind: PageKind) -> UInt64 {
    get { kind == .anon ? oldestOf.anon : oldestOf.file }
    set { if kind == .anon { oldestOf.anon = newValue } else { oldestOf.file = newValue } }
  }

  /// How many generations of a kind there are.
  func count(_ kind: PageKind) -> UInt64 { youngest - self[kind] + 1 }

  /// What is counted of a tier of a kind.
  subscript(_ kind: PageKind, _ tier: Int) -> Tier {
    get { counts[Int(kind.rawValue) * Self.tiers + tier] }
    set { counts[Int(kind.rawValue) * Self.tiers + tier] = newValue }
  }

  /// Takes leave of the oldest generation of a kind: what it came to counts half from then on
  /// (reset_ctrl_pos).
  mutating func retire(_ kind: PageKind) {
    for tier in 0..<Self.tiers {
      var counts = self[kind, tier]
      counts.pastRefaulted = (counts.pastRefaulted + counts.refaulted) / 2
      counts.pastTotal = (counts.pastTotal + counts.evicted + counts.protected) / 2
      counts.refaulted = 0
      counts.evicted = 0
      counts.protected = 0
      self[kind, tier] = counts
    }
    self[kind] += 1
  }

  // MARK: What comes back more often

  /// How often pages of a tier came back, with the weight that it is given.
  struct Rate {
    let refaulted: UInt64
    let total: UInt64
    let gain: UInt64

    /// Whether this one is worth evicting beside another: few came back, or no larger part than of the
    /// other (positive_ctrl_err).
    func isNoWorse(than other: Rate) -> Bool {
      refaulted < UInt64(PageGenerations.batch)
        || refaulted * (other.total + UInt64(PageGenerations.batch)) * other.gain
          <= (other.refaulted + 1) * total * gain
    }
  }

  func rate(_ kind: PageKind, _ tier: Int, gain: UInt64) -> Rate {
    let counts = self[kind, tier]
    return Rate(
      refaulted: counts.pastRefaulted + counts.refaulted,
      total: counts.pastTotal + counts.evicted + counts.protected, gain: gain)
  }

  /// The last tier of a kind that is evicted: a higher one is kept when it comes back more than one and a
  /// half times as often as the first (get_tier_idx).
  func lastTier(_ kind: PageKind) -> Int {
    let first = rate(kind, 0, gain: 2)
    var tier = 1
    while tier < Self.tiers, rate(kind, tier, gain: 3).isNoWorse(than: first) { tier += 1 }
    return tier - 1
  }

  /// The kind to evict, and the last tier of it (get_type_to_scan).
  func kindToScan(swappiness: UInt64) -> (kind: PageKind, lastTier: Int) {
    func gain(_ kind: PageKind) -> UInt64 { kind == .anon ? swappiness : 200 - swappiness }
    let isFile = rate(.file, 0, gain: gain(.file))
      .isNoWorse(than: rate(.anon, 0, gain: gain(.anon)))
    let (kind, other): (PageKind, PageKind) = isFile ? (.file, .anon) : (.anon, .file)
    let set = rate(other, 0, gain: gain(other))
    var tier = 1
    while tier < Self.tiers, rate(kind, tier, gain: gain(kind)).isNoWorse(than: set) { tier += 1 }
    return (kind, tier - 1)
  }
}
