/// Eviction by generations (mm/vmscan.c, CONFIG_LRU_GEN, of 6.12).
///
/// A page's generation is in its state. It may still lie on the list of an older one: eviction moves it when
/// it meets it. Not there: the look-around at neighbours of an accessed page, Bloom filters, `min_ttl_ms`,
/// and the list of groups by which the whole host is reclaimed, for which groups are taken in turn.
extension PageReclaimer {
  /// The list of a generation.
  @inline(__always)
  func generationList(_ group: Int, _ kind: PageKind, _ generation: UInt64) -> UInt32 {
    UInt32(group * Self.listStride + Int(kind.rawValue) * 4 + Int(generation & 3))
  }

  /// Gives a page, which is on no list, a generation, and puts it there.
  func enlist(_ page: UInt32, generation: UInt64, atBack: Bool = false) {
    states[page].generation = generation
    enlist(page, atBack: atBack)
  }

  /// Where a page goes that has just been brought in (lru_gen_add_folio): the youngest generation if a
  /// fault did, or one of the two oldest if a descriptor did.
  func enlistNew(_ page: UInt32, _ access: PageAccess) {
    let kind = states[page].kind
    let generations = groups[Int(owners[page])].generations
    guard access == .descriptor else {
      return enlist(page, generation: generations.youngest)
    }
    let oldest = generations[kind]
    let isLast = oldest + PageGenerations.fewest >= generations.youngest
    enlist(page, generation: isLast ? oldest : oldest + 1)
  }

  /// Counts an access through a descriptor, five at the most (folio_inc_refs).
  func countAccess(_ page: UInt32) {
    var state = states[page]
    if !state.contains(.referenced) {
      state.insert(.referenced)
    } else if !state.contains(.workingset) {
      state.insert(.workingset)
    } else if state.uses < 3 {
      state.uses += 1
    }
    states[page] = state
  }

  /// Notes that a page came back, in the tier that it left from, if that was from what is still the oldest
  /// generation (lru_gen_refault).
  mutating func refaultIntoGenerations(_ page: UInt32, _ access: PageAccess) {
    let shadow = shadows[page]
    let kind = states[page].kind
    let group = Int(owners[page])
    counters[group].refaults[kind] += 1
    guard shadow.age >> 2 == groups[group].generations[kind] & PageShadow.ageMask >> 2 else {
      return
    }
    let uses = Int(shadow.age & 3) + (shadow.isWorkingset ? 1 : 0)
    groups[group].generations[kind, Self.tier(uses)].refaulted += 1
    counters[group].refaultActivations[kind] += 1
    guard access == .mapping || uses >= 3 else { return }
    states[page].uses = 3
    states[page].insert(.workingset)
    counters[group].restores[kind] += 1
  }

  /// The shadow of a page that leaves (lru_gen_eviction).
  mutating func generationShadow(_ page: UInt32) -> PageShadow {
    let state = states[page]
    let group = Int(owners[page])
    let uses = state.accesses
    groups[group].generations[state.kind, Self.tier(uses)].evicted += 1
    let oldest = groups[group].generations[state.kind]
    return PageShadow(
      age: (oldest << 2 | UInt64(max(uses - 1, 0))) & PageShadow.ageMask, group: group,
      workingset: uses > 0)
  }

  /// The tier of so many accesses after the first: the binary logarithm of all, rounded up.
  static func tier(_ uses: Int) -> Int {
    var tier = 0
    while 1 << tier < uses + 1 { tier += 1 }
    return tier
  }

  // MARK: Eviction

  /// Reclaims from one group (try_to_shrink_lruvec).
  mutating func shrinkGenerations(
    _ group: Int, _ round: inout ReclaimRound, _ now: inout UInt64
  ) {
    let canSwap = round.swappiness > 0 && freeSlots(group) > 0
    var scanned: UInt64 = 0
    while true {
      guard let wanted = generationScan(group, canSwap, round, &now), wanted > 0 else { return }
      let some = evictGenerations(group, canSwap, &round, &now)
      scanned += some
      guard some > 0, scanned < wanted, round.blockedUntil == nil else { return }
      // A group's own limit does not stop it in the middle, for the sake of the groups beside it.
      if round.target == 0, round.freed >= round.wanted { return }
    }
  }

  /// How many pages are to be looked at; nothing where the group had to age instead (get_nr_to_scan).
  private mutating func generationScan(
    _ group: Int, _ canSwap: Bool, _ round: ReclaimRound, _ now: inout UInt64
  ) -> UInt64? {
    let generations = groups[group].generations
    let oldest = generations[canSwap ? .anon : .file]
    var total = 0
    var young = 0
    var old = 0
    for kind in canSwap ? [PageKind.anon, .file] : [.file] {
      for generation in generations[kind]...generations.youngest {
        let size = sizes[Int(generationList(group, kind, generation))]
        total += size
        if generation == generations.youngest { young += size }
        if generation + PageGenerations.fewest == generations.youngest { old += size }
      }
    }
    var wanted = UInt64(total) >> UInt64(round.priority)
    let fewest = Int(PageGenerations.fewest)
    let isDue: Bool
    if oldest + PageGenerations.fewest > generations.youngest {
      wanted = 0
      isDue = true
    } else if oldest + PageGenerations.fewest < generations.youngest {
      isDue = false
    } else {
      // With one generation to evict from, none should have much more than its third or less.
      isDue = young * fewest > total || old * (fewest + 2) < total
    }
    guard isDue, round.priority < 12 else { return wanted }
    age(group, canSwap, &now)
    return nil
  }

  /// Takes some pages from the oldest generation and evicts them; gives how many it looked at
  /// (evict_folios).
  private mutating func evictGenerations(
    _ group: Int, _ canSwap: Bool, _ round: inout ReclaimRound, _ now: inout UInt64
  ) -> UInt64 {
    finishWrites(by: now)
    var (kind, lastTier) = firstKind(group, canSwap, round.swappiness)
    var taken: [UInt32] = []
    var scanned: UInt64 = 0
    for _ in 0..<(canSwap ? 2 : 1) {
      let tier = lastTier ?? groups[group].generations.lastTier(kind)
      (scanned, taken) = takeFromOldest(
        group, kind, lastTier: tier, &round, &now)
      if scanned > 0 { break }
      kind = kind == .anon ? .file : .anon
      lastTier = nil
    }
    if advanceOldest(group, canSwap) { scanned += 1 }
    if groups[group].generations.count(canSwap ? .anon : .file) == PageGenerations.fewest {
      scanned = 0
    }
    round.taken += UInt64(taken.count)
    round.scanned += UInt64(taken.count)
    counters[group].scanned[kind] += UInt64(taken.count)
    var freed: UInt64 = 0
    for page in taken where evictTaken(page, &round, &now) {
      freed += 1
    }
    counters[group].stolen[kind] += freed
    if round.isKswapd { counters[group].stolenByKswapd += freed }
    round.freed += freed
    return scanned
  }

  private func firstKind(
    _ group: Int, _ canSwap: Bool, _ swappiness: UInt64
  ) -> (PageKind, lastTier: Int?) {
    let generations = groups[group].generations
    guard canSwap else { return (.file, nil) }
    if generations[.anon] < generations[.file] { return (.anon, nil) }
    if swappiness == 1 { return (.file, nil) }
    if swappiness == 200 { return (.anon, nil) }
    let choice = generations.kindToScan(swappiness: swappiness)
    return (choice.kind, choice.lastTier)
  }

  /// Takes pages off the oldest generation's list, and moves those that don't belong there (scan_folios).
  private mutating func takeFromOldest(
    _ group: Int, _ kind: PageKind, lastTier: Int, _ round: inout ReclaimRound,
    _ now: inout UInt64
  ) -> (scanned: UInt64, taken: [UInt32]) {
    guard groups[group].generations.count(kind) > PageGenerations.fewest else { return (0, []) }
    let list = generationList(group, kind, groups[group].generations[kind])
    var taken: [UInt32] = []
    var scanned = 0
    while !lists.isEmpty(list), scanned < PageGenerations.longestBatch,
      taken.count < PageGenerations.batch
    {
      let page = lists.back(list)
      scanned += 1
      now += times.scan
      guard !sort(page, group, kind, lastTier: lastTier, &round) else { continue }
      delist(page)
      if !states[page].contains(.referenced) {
        states[page].remove(.workingset)
        states[page].uses = 0
      }
      taken.append(page)
    }
    let isProgress = !taken.isEmpty || scanned == PageGenerations.longestBatch
    return (isProgress ? UInt64(scanned) : 0, taken)
  }

  /// Moves a page that can't be evicted from the oldest generation's list now (sort_folio).
  private mutating func sort(
    _ page: UInt32, _ group: Int, _ kind: PageKind, lastTier: Int, _ round: inout ReclaimRound
  ) -> Bool {
    var state = states[page]
    let oldest = groups[group].generations[kind]
    if state.generation != oldest & 3 {
      lists.remove(page)
      lists.pushFront(page, UInt32(listOf(page)))
      return true
    }
    let uses = state.accesses
    let tier = Self.tier(uses)
    let isKept = tier > lastTier || uses == 4
    guard isKept || state.contains(.writeback) || kind == .file && state.contains(.dirty) else {
      return false
    }
    delist(page)
    state.subtract([.referenced, .workingset])
    state.uses = 0
    if !isKept {
      if state.contains(.writeback) { round.underWrite += 1 } else { round.unwritten += 1 }
      state.insert(.freeSoon)
    }
    states[page] = state
    enlist(page, generation: oldest + 1, atBack: isKept)
    if isKept { groups[group].generations[kind, max(tier, 1)].protected += 1 }
    return true
  }

  /// Frees a page that was taken from the oldest generation, or puts it where it belongs.
  private mutating func evictTaken(
    _ page: UInt32, _ round: inout ReclaimRound, _ now: inout UInt64
  ) -> Bool {
    let group = Int(owners[page])
    let youngest = groups[group].generations.youngest
    let state = states[page]
    if state.contains(.accessed) {
      forgetAccess(page, flushes: true)
      reject(page, youngest)
      counters[group].activations += 1
      return false
    }
    if state.kind == .file || state.contains(.slot) && !state.contains(.dirty) {
      evict(page, by: round.target)
      return true
    }
    if !state.contains(.slot), freeSlots(group) == 0 {
      reject(page, youngest)
      return false
    }
    guard round.blockedUntil == nil, writeOut(page, &round, &now) else {
      enlist(page, generation: groups[group].generations[state.kind], atBack: true)
      return false
    }
    // It comes back to the oldest generation when it is written.
    enlist(page, generation: youngest - 1)
    return false
  }

  /// Puts a page that is still wanted into the youngest generation.
  private func reject(_ page: UInt32, _ youngest: UInt64) {
    states[page].subtract([.referenced, .workingset])
    states[page].uses = 0
    enlist(page, generation: youngest)
  }

  /// Gives up oldest generations that are empty (try_to_inc_min_seq).
  private mutating func advanceOldest(_ group: Int, _ canSwap: Bool) -> Bool {
    let generations = groups[group].generations
    var oldest = [generations[.anon], generations[.file]]
    for kind in canSwap ? [PageKind.anon, .file] : [.file] {
      let number = Int(kind.rawValue)
      while oldest[number] + PageGenerations.fewest <= generations.youngest,
        lists.isEmpty(generationList(group, kind, oldest[number]))
      {
        oldest[number] += 1
      }
    }
    if canSwap {
      // Memory is never ahead of files.
      oldest[0] = min(oldest[0], oldest[1])
      oldest[1] = max(oldest[0], generations[.file])
    }
    var isAdvanced = false
    for kind in PageKind.allCases where generations[kind] < oldest[Int(kind.rawValue)] {
      groups[group].generations.retire(kind)
      groups[group].generations[kind] = oldest[Int(kind.rawValue)]
      isAdvanced = true
    }
    return isAdvanced
  }

  // MARK: Ageing

  /// Gives pages that were accessed through page tables the youngest generation, and starts another
  /// (try_to_inc_max_seq).
  mutating func age(_ group: Int, _ canSwap: Bool, _ now: inout UInt64) {
    let youngest = groups[group].generations.youngest
    for pages in groups[group].pages {
      for page in pages where states[page].contains(.resident) {
        now += times.age
        guard states[page].contains(.accessed) else { continue }
        forgetAccess(page, flushes: false)
        sizes[listOf(page)] -= 1
        states[page].subtract([.referenced, .workingset])
        states[page].uses = 0
        states[page].generation = youngest
        sizes[listOf(page)] += 1
      }
    }
    for kind in [PageKind.file, .anon]
    where groups[group].generations.count(kind) == PageGenerations.most {
      mergeOldest(group, kind, canSwap)
    }
    groups[group].generations.youngest += 1
    counters[group].agings += 1
  }

  /// Makes room for a generation: the oldest becomes a part of the next (inc_min_seq).
  private mutating func mergeOldest(_ group: Int, _ kind: PageKind, _ canSwap: Bool) {
    let oldest = groups[group].generations[kind]
    let list = generationList(group, kind, oldest)
    // What can't be swapped out is the youngest again: its list is that of the next generation.
    let moves = kind == .file || canSwap
    while moves, !lists.isEmpty(list) {
      let page = lists.back(list)
      if states[page].generation == oldest & 3 {
        delist(page)
        states[page].subtract([.referenced, .workingset])
        states[page].uses = 0
        enlist(page, generation: oldest + 1, atBack: true)
      } else {
        lists.remove(page)
        lists.pushBack(page, UInt32(listOf(page)))
      }
    }
    groups[group].generations.retire(kind)
  }
}
