/// What one round of reclaim looks for, and what it has found.
struct ReclaimRound {
  /// The group whose limit, or whose host, is short of memory.
  let target: Int
  let wanted: UInt64
  let isKswapd: Bool
  let swappiness: UInt64
  var priority = 12
  var freed: UInt64 = 0
  var scanned: UInt64 = 0
  /// Which kinds' active pages may be deactivated.
  var deactivates = (anon: false, file: false)
  var deactivatesAll = false
  var skippedDeactivation = false
  /// Whether there is so much of files that was used once that nothing else is looked at.
  var trimsCache = false
  var takesProtected = false
  var skippedProtected = false
  /// Pages that were met while they were being written, and changed ones of files.
  var underWrite: UInt64 = 0
  var unwritten: UInt64 = 0
  /// Pages taken off inactive lists, and those of them that are written since kswapd last met them.
  var taken: UInt64 = 0
  var immediate: UInt64 = 0
  /// When storage has room again for a write of kswapd's.
  var blockedUntil: UInt64?

  func deactivates(_ kind: PageKind) -> Bool {
    deactivatesAll || (kind == .anon ? deactivates.anon : deactivates.file)
  }
}

extension PageReclaimer {
  /// Frees frames of a group and those below it, at the expense of the caller's time: as many as wanted,
  /// or what can be had (do_try_to_free_pages).
  mutating func reclaim(from target: Int, frames: UInt64, _ now: inout UInt64) -> UInt64 {
    var round = ReclaimRound(
      target: target, wanted: frames, isKswapd: false, swappiness: swappiness(of: target))
    while true {
      round.priority = 12
      while round.priority >= 0 {
        let before = round.freed
        shrinkAll(&round, &now)
        if round.freed >= round.wanted { break }
        if round.freed == before, round.priority < 2, round.underWrite + round.unwritten > 0 {
          // A group waits for a page to be written; for the host, no longer than a tick.
          waitForWrites(1, atMost: target == 0 ? times.progressThrottle : .max, &now)
        }
        round.priority -= 1
      }
      rememberActivations(of: target)
      if round.freed > 0 { return round.freed }
      if round.skippedDeactivation, !round.deactivatesAll {
        round.deactivatesAll = true
        round.skippedDeactivation = false
      } else if round.skippedProtected, !round.takesProtected {
        round.takesProtected = true
        round.skippedProtected = false
      } else {
        return 0
      }
    }
  }

  func swappiness(of group: Int) -> UInt64 { groups[group].settings.swappiness ?? host.swappiness }

  func rememberedActivations(_ group: Int, _ kind: PageKind) -> UInt64 {
    groups[group].subtree.reduce(0) { $0 + seenActivations[$1][kind] }
  }

  mutating func rememberActivations(of group: Int) {
    for kind in PageKind.allCases {
      groups[group].lastActivations[kind] = rememberedActivations(group, kind)
    }
  }

  /// Whether the inactive list of a kind is too short beside the active one: above one to one, and above a
  /// gigabyte above the root of ten times the gigabytes.
  func isInactiveLow(_ group: Int, _ kind: PageKind) -> Bool {
    let inactive = seenSize(group, list: Self.list(kind, active: false))
    let active = seenSize(group, list: Self.list(kind, active: true))
    let gigabytes = (inactive + active) >> 18
    let ratio = gigabytes == 0 ? 1 : TwoListReplacer.squareRoot(10 * gigabytes)
    return inactive * ratio < active
  }

  /// One round over all groups at one priority (shrink_node).
  mutating func shrinkAll(_ round: inout ReclaimRound, _ now: inout UInt64) {
    flushCounts(by: now)
    let target = round.target
    if policy == .twoLists { balance(&round) }
    round.underWrite = 0
    round.unwritten = 0
    round.taken = 0
    round.immediate = 0
    for group in groups[target].subtree {
      switch protection(of: group, in: target) {
      case .all: continue
      case .low where !round.takesProtected:
        round.skippedProtected = true
        continue
      default: break
      }
      switch policy {
      case .twoLists: shrink(group, &round, &now)
      case .generations: shrinkGenerations(group, &round, &now)
      case .clock, .twoHands: shrinkRing(group, &round, &now)
      }
      if round.blockedUntil != nil { break }
      // Who frees for itself stops when it has enough; kswapd is fair to all.
      if !round.isKswapd, target != 0, round.freed >= round.wanted { break }
    }
    if round.unwritten > 0 { flush(Int(clamping: max(round.unwritten, 32)), at: now) }
  }

  /// Notes which kinds' active pages may be deactivated, and whether files alone are taken.
  private func balance(_ round: inout ReclaimRound) {
    let target = round.target
    func mayDeactivate(_ kind: PageKind) -> Bool {
      rememberedActivations(target, kind) != groups[target].lastActivations[kind]
        || isInactiveLow(target, kind)
    }
    round.deactivates = (mayDeactivate(.anon), mayDeactivate(.file))
    let inactiveFiles = seenSize(target, list: Self.list(.file, active: false))
    round.trimsCache = inactiveFiles >> round.priority > 0 && !round.deactivates(.file)
  }

  private enum Protection { case none, low, all }

  /// Whether a group is below what nobody may take, or only in need.
  private func protection(of group: Int, in target: Int) -> Protection {
    guard group != target else { return .none }
    let usage = groups[group].usage
    guard usage > 0 else { return .none }
    if usage <= effective(\.min, group, in: target) { return .all }
    return usage <= effective(\.low, group, in: target) ? .low : .none
  }

  /// How much of a group's protection holds, when those above protect less than all below ask for.
  func effective(
    _ setting: KeyPath<MemoryGroupSettings, UInt64>, _ group: Int, in target: Int
  ) -> UInt64 {
    guard group != target, let parent = groups[group].parent else { return 0 }
    let own = min(groups[group].settings[keyPath: setting], groups[group].usage)
    guard parent != target else { return groups[group].settings[keyPath: setting] }
    let above = effective(setting, parent, in: target)
    let all = groups.indices.filter { groups[$0].parent == parent }
      .reduce(UInt64(0)) { $0 + min(groups[$1].settings[keyPath: setting], groups[$1].usage) }
    return all > above ? own * above / max(all, 1) : own
  }

  /// Scans the lists of one group (shrink_lruvec).
  private mutating func shrink(
    _ group: Int, _ round: inout ReclaimRound, _ now: inout UInt64
  ) {
    let targets = scanCounts(group, &round)
    var left = targets
    let isProportional = !round.isKswapd && round.target == 0 && round.priority == 12
    var freed: UInt64 = 0
    while left[0] > 0 || left[2] > 0 || left[3] > 0 {
      for list in 0..<4 where left[list] > 0 {
        let scan = min(left[list], 32)
        left[list] -= scan
        freed += shrinkList(group, list, scan, &round, &now)
        if round.blockedUntil != nil {
          round.freed += freed
          return
        }
      }
      guard round.freed + freed >= round.wanted, !isProportional else { continue }
      // Enough is freed: the smaller of both kinds' scans ends, the other one keeps its proportion.
      let (files, anons) = (left[2] + left[3], left[0] + left[1])
      guard files > 0, anons > 0 else { break }
      let ended = files > anons ? 0 : 2
      let share =
        min(files, anons) * 100 / (targets[ended] + targets[ended + 1] + 1)
      left[ended] = 0
      left[ended + 1] = 0
      for list in (2 - ended)...(3 - ended) {
        let done = targets[list] - left[list]
        let wanted = targets[list] * (100 - share) / 100
        left[list] = wanted - min(wanted, done)
      }
    }
    round.freed += freed
    if host.swapPages > 0, isInactiveLow(group, .anon) {
      deactivate(group, .anon, 32, &now)
    }
  }

  /// How many pages of each list are to be looked at (get_scan_count).
  private func scanCounts(_ group: Int, _ round: inout ReclaimRound) -> [UInt64] {
    var fractions: (anon: UInt64, file: UInt64)
    let isLimit = round.target != 0
    if freeSlots(group) == 0 || isLimit && round.swappiness == 0 {
      fractions = (0, 1)
    } else if round.priority == 0, round.swappiness > 0 {
      fractions = (1, 1)
    } else if isTinyFile(round) {
      fractions = (1, 0)
    } else if round.trimsCache {
      fractions = (0, 1)
    } else {
      let costs = groups[round.target]
      let balance = ScanBalance(
        swappiness: round.swappiness, anonCost: costs.anonCost, fileCost: costs.fileCost)
      fractions = (balance.anon, balance.file)
    }
    let isShared =
      fractions.anon > 0 && fractions.file > 0 && round.priority > 0
    var counts: [UInt64] = [0, 0, 0, 0]
    let usage = groups[group].usage
    let low = effective(\.low, group, in: round.target)
    let least = effective(\.min, group, in: round.target)
    let protected = !round.takesProtected && low > least ? low : least
    if protected == low, low > least, low > 0 { round.skippedProtected = true }
    for list in 0..<4 {
      var scan = UInt64(sizes[group * Self.listStride + list])
      if protected > 0 {
        let size = max(usage, protected)
        scan = max(scan - scan * protected / (size + 1), min(scan, 32))
      }
      scan >>= UInt64(round.priority)
      let fraction = list < 2 ? fractions.anon : fractions.file
      counts[list] =
        isShared ? scan * fraction / (fractions.anon + fractions.file) : fraction > 0 ? scan : 0
    }
    return counts
  }

  /// Whether files have so little left that taking more would empty the host of them: then anonymous
  /// pages go (file_is_tiny).
  ///
  /// Only where the host itself is short.
  private func isTinyFile(_ round: ReclaimRound) -> Bool {
    guard round.target == 0, host.high > 0 else { return false }
    let files = UInt64(
      seenSize(0, list: Self.list(.file, active: false))
        + seenSize(0, list: Self.list(.file, active: true)))
    let anons = seenSize(0, list: Self.list(.anon, active: false))
    return files + freeFrames <= host.high && !round.deactivates(.anon)
      && anons >> round.priority > 0
  }

  private mutating func shrinkList(
    _ group: Int, _ list: Int, _ scan: UInt64, _ round: inout ReclaimRound, _ now: inout UInt64
  ) -> UInt64 {
    let kind: PageKind = list < 2 ? .anon : .file
    guard list & 1 == 1 else { return shrinkInactive(group, kind, scan, &round, &now) }
    if round.deactivates(kind) {
      deactivate(group, kind, scan, &now)
    } else {
      round.skippedDeactivation = true
    }
    return 0
  }

  /// Moves pages from the back of an active list to the inactive one, with their accessed bits cleared
  /// (shrink_active_list).
  private mutating func deactivate(
    _ group: Int, _ kind: PageKind, _ scan: UInt64, _ now: inout UInt64
  ) {
    let list = Self.list(kind, active: true) + group * Self.listStride
    for _ in 0..<min(scan, UInt64(sizes[list])) {
      let page = lists.back(UInt32(list))
      delist(page)
      if states[page].contains(.accessed) { forgetAccess(page, flushes: true) }
      states[page] = states[page].subtracting(.active).union(.workingset)
      enlist(page)
      counters[group].deactivations += 1
      now += times.scan
    }
  }

  /// Looks at pages at the back of an inactive list, and frees those that nobody has used
  /// (shrink_inactive_list).
  private mutating func shrinkInactive(
    _ group: Int, _ kind: PageKind, _ scan: UInt64, _ round: inout ReclaimRound,
    _ now: inout UInt64
  ) -> UInt64 {
    finishWrites(by: now)
    let list = Self.list(kind, active: false) + group * Self.listStride
    let count = min(scan, UInt64(sizes[list]))
    var freed: UInt64 = 0
    var written: UInt64 = 0
    var looked: UInt64 = 0
    scan: for _ in 0..<count {
      let page = lists.back(UInt32(list))
      delist(page)
      now += times.scan
      looked += 1
      round.taken += 1
      switch judge(page) {
      case .keep: enlist(page)
      case .activate:
        // What stays needs no slot where these are short.
        if states[page].contains(.slot), isSwapFull(group) { freeSlot(page) }
        states[page].insert(.active)
        enlist(page)
        counters[group].activations += 1
        grow(group)
      case .underWrite:
        if round.isKswapd, isWriteBound, states[page].contains(.freeSoon) { round.immediate += 1 }
        states[page].formUnion([.active, .freeSoon])
        enlist(page)
        round.underWrite += 1
        grow(group)
      case .unwritten:
        states[page].formUnion([.active, .freeSoon])
        enlist(page)
        round.unwritten += 1
        grow(group)
      case .write:
        guard writeOut(page, &round, &now) else {
          enlist(page, atBack: true)
          break scan
        }
        enlist(page)
        written += 1
      case .free:
        evict(page, by: round.target)
        freed += 1
      }
    }
    round.scanned += looked
    counters[group].scanned[kind] += looked
    counters[group].stolen[kind] += freed
    if round.isKswapd { counters[group].stolenByKswapd += freed }
    noteCost(group, kind, written * 32 + looked - freed)
    return freed
  }

  /// Takes a page out of tables and hands it to swap; false where kswapd would have to wait for room.
  mutating func writeOut(
    _ page: UInt32, _ round: inout ReclaimRound, _ now: inout UInt64
  ) -> Bool {
    let room = storage.room(at: now)
    if room > now {
      if round.isKswapd {
        round.blockedUntil = room
        return false
      }
      waited += room - now
      now = room
      finishWrites(by: now)
    }
    if !states[page].contains(.slot) {
      states[page].insert(.slot)
      usedSlots += 1
    }
    noteUnmapped(page, isWritten: true)
    states[page].remove([.mapped, .accessed, .readOnly])
    states[page].insert(.freeSoon)
    now += times.submit
    write(page, at: now)
    return true
  }

  /// Clears a page's accessed bit, which was set.
  ///
  /// Where a machine's processors remember the page, they are told of it, but not by ageing.
  mutating func forgetAccess(_ page: UInt32, flushes: Bool) {
    states[page].remove(.accessed)
    if keepsEvents { events.append(.forgotten(page, flushes: flushes)) }
  }

  /// Notes that a page is taken out of tables, if any has it.
  private mutating func noteUnmapped(_ page: UInt32, isWritten: Bool = false) {
    guard keepsEvents, states[page].contains(.mapped) else { return }
    events.append(.unmapped(page, isWritten: isWritten))
  }

  private enum Judgement {
    case keep
    case activate
    /// It is being written.
    case underWrite
    /// It is a file's and changed: the flusher has to write it.
    case unwritten
    case write
    case free
  }

  /// What becomes of a page of an inactive list (shrink_folio_list).
  private mutating func judge(_ page: UInt32) -> Judgement {
    var state = states[page]
    if state.contains(.writeback) { return .underWrite }
    if state.contains(.accessed) {
      let wasReferenced = state.contains(.referenced)
      forgetAccess(page, flushes: true)
      state.remove(.accessed)
      state.insert(.referenced)
      states[page] = state
      return wasReferenced ? .activate : .keep
    }
    if state.contains(.referenced) {
      state.remove(.referenced)
      states[page] = state
    }
    switch state.kind {
    case .file:
      return state.contains(.dirty) ? .unwritten : .free
    case .anon:
      if state.contains(.dirty) || !state.contains(.slot) {
        // Without room in swap it has to stay.
        if !state.contains(.slot), freeSlots(Int(owners[page])) == 0 { return .activate }
        return .write
      }
      return .free
    }
  }

  /// Frees a page's frame, and leaves its shadow.
  mutating func evict(_ page: UInt32, by target: Int) {
    let state = states[page]
    noteUnmapped(page)
    if keepsEvents { events.append(.evicted(page)) }
    noteRing(page, -1)
    let shadow =
      policy == .generations
      ? generationShadow(page)
      : PageShadow(
        age: groups[target].age & PageShadow.ageMask, group: target,
        workingset: state.contains(.workingset))
    shadows[page] = shadow
    grow(target)
    states[page] = state.intersection([.file, .slot]).union(.shadow)
    let group = Int(owners[page])
    usedFrames -= 1
    for above in groups[group].path {
      groups[above].usage -= 1
      if state.kind == .anon { groups[above].swapped += 1 }
    }
  }

  /// Notes what reclaiming a kind costs: its reads and writes, and pages that were looked at in vain
  /// (lru_note_cost).
  ///
  /// Old costs fade.
  mutating func noteCost(_ group: Int, _ kind: PageKind, _ cost: UInt64) {
    guard cost > 0, policy == .twoLists else { return }
    for above in groups[group].path {
      if kind == .anon { groups[above].anonCost += cost } else { groups[above].fileCost += cost }
      let size = (0..<4).reduce(0) { $0 + seenSize(above, list: $1) }
      if groups[above].anonCost + groups[above].fileCost > UInt64(size / 4) {
        groups[above].anonCost /= 2
        groups[above].fileCost /= 2
      }
    }
  }
}
