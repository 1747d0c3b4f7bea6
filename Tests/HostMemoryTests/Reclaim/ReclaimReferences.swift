/// A group of pages of files that are read through page tables, under a limit, as a policy's description
/// has it: arrays and sets, and no cleverness.
protocol ReclaimReference {
  /// An empty group of at most so many pages.
  init(limit: Int)
  /// What is in memory.
  var resident: Set<Int> { get }
  /// Touches a page.
  mutating func touch(_ page: Int)
}

/// Clock: who needs room has 32 pages evicted.
struct ReferenceClock: ReclaimReference {
  let limit: Int
  /// The pages in the order in which the hand meets them.
  var ring: [Int] = []
  var accessed: Set<Int> = []
  var resident: Set<Int> { Set(ring) }

  init(limit: Int) { self.limit = limit }

  mutating func touch(_ page: Int) {
    accessed.insert(page)
    if ring.contains(page) { return }
    if ring.count == limit {
      var evicted = 0
      while evicted < 32 {
        let met = ring.removeFirst()
        if accessed.remove(met) != nil { ring.append(met) } else { evicted += 1 }
      }
    }
    ring.append(page)
  }
}

/// The two-handed clock, the front hand a quarter of the ring ahead.
struct ReferenceTwoHands: ReclaimReference {
  let limit: Int
  /// The pages in the order in which the evicting hand meets them, and how many the front hand is ahead.
  var ring: [Int] = []
  var ahead = 0
  var accessed: Set<Int> = []
  var resident: Set<Int> { Set(ring) }

  init(limit: Int) { self.limit = limit }

  mutating func touch(_ page: Int) {
    accessed.insert(page)
    if ring.contains(page) { return }
    if ring.count == limit {
      var evicted = 0
      while evicted < 32 {
        while ahead < max(1, ring.count / 4) {
          accessed.remove(ring[ahead])
          ahead += 1
        }
        let met = ring.removeFirst()
        ahead -= 1
        if accessed.contains(met) { ring.append(met) } else { evicted += 1 }
      }
    }
    ring.append(page)
  }
}

/// Generations of one kind of page.
///
/// Lists start at their heads.
struct ReferenceGenerations: ReclaimReference {
  let limit: Int
  var lists: [Int: [Int]] = [:]
  var generation: [Int: Int] = [:]
  var accessed: Set<Int> = []
  /// Pages that came back while the generation that they were evicted from was still the oldest.
  var restored: Set<Int> = []
  /// The oldest generation at a page's eviction.
  var shadows: [Int: Int] = [:]
  var oldest = 0
  var youngest = 3
  var resident: Set<Int> { Set(generation.keys) }

  init(limit: Int) { self.limit = limit }

  mutating func touch(_ page: Int) {
    guard generation[page] == nil else {
      accessed.insert(page)
      return
    }
    while generation.count == limit { makeRoom() }
    if shadows[page] == oldest { restored.insert(page) }
    put(page, youngest)
    accessed.insert(page)
  }

  private mutating func put(_ page: Int, _ number: Int, atBack: Bool = false) {
    generation[page] = number
    if atBack {
      lists[number, default: []].append(page)
    } else {
      lists[number, default: []].insert(page, at: 0)
    }
  }

  private mutating func makeRoom() {
    var evicted = 0
    for priority in stride(from: 12, through: 0, by: -1) where evicted < 32 {
      var looked = 0
      while true {
        var wanted = generation.count >> priority
        if youngest - oldest + 1 == 2 { wanted = 0 }
        if isAgeingDue, priority < 12 {
          age()
          break
        }
        guard wanted > 0 else { break }
        let some = evict(&evicted)
        looked += some
        if some == 0 || looked >= wanted { break }
      }
    }
  }

  private var isAgeingDue: Bool {
    switch youngest - oldest + 1 {
    case 2: return true
    case 4: return false
    default:
      let young = generation.values.count { $0 == youngest }
      let old = generation.values.count { $0 == youngest - 2 }
      return 2 * young > generation.count || 4 * old < generation.count
    }
  }

  private mutating func evict(_ evicted: inout Int) -> Int {
    var taken: [Int] = []
    var looked = 0
    if youngest - oldest + 1 > 2 {
      while let page = lists[oldest]?.last, taken.count < 64, looked < 4096 {
        lists[oldest]?.removeLast()
        looked += 1
        if let number = generation[page], number != oldest {
          put(page, number)
        } else if restored.remove(page) != nil {
          put(page, oldest + 1, atBack: true)
        } else {
          taken.append(page)
        }
      }
    }
    if taken.isEmpty, looked < 4096 { looked = 0 }
    let before = oldest
    while oldest + 2 <= youngest, lists[oldest, default: []].isEmpty { oldest += 1 }
    if oldest > before { looked += 1 }
    if youngest - oldest + 1 == 2 { looked = 0 }
    for page in taken {
      if accessed.remove(page) != nil {
        put(page, youngest)
      } else {
        generation[page] = nil
        shadows[page] = oldest
        evicted += 1
      }
    }
    return looked
  }

  private mutating func age() {
    for page in generation.keys where accessed.contains(page) {
      accessed.remove(page)
      restored.remove(page)
      generation[page] = youngest
    }
    if youngest - oldest + 1 == 4 {
      for page in (lists[oldest] ?? []).reversed() {
        if generation[page] == oldest {
          restored.remove(page)
          generation[page] = oldest + 1
        }
        lists[generation[page] ?? 0, default: []].append(page)
      }
      lists[oldest] = []
      oldest += 1
    }
    youngest += 1
  }
}
