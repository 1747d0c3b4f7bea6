extension PageReclaimer {
  /// Makes room for a page below the limits of a group and of those above it; false if the group was
  /// killed.
  mutating func charge(_ group: Int, _ now: inout UInt64) -> Bool {
    for above in groups[group].path {
      guard let most = groups[above].settings.max else { continue }
      var retries = 16
      var isFirst = true
      while groups[above].usage + 1 > most {
        if isFirst { counters[group].limitStalls += 1 }
        isFirst = false
        let freed = reclaim(from: above, frames: 32, &now)
        if groups[above].usage + 1 <= most || freed > 0 { continue }
        if retries > 0 {
          retries -= 1
          continue
        }
        guard killWorst(of: above) != nil else { return false }
        guard groups[group].isAlive else { return false }
        retries = 16
      }
    }
    return true
  }

  /// Takes a free frame, after reclaiming for it where the host is below its min mark; false if the group
  /// was killed.
  mutating func takeFrame(for group: Int, _ now: inout UInt64) -> Bool {
    if freeFrames <= host.low, !isKswapdAwake, kswapdFailures < 16 {
      isKswapdAwake = true
      kswapdPriority = 12
      counters[0].wakes += 1
    }
    if dirtyPages > 0, dirtyPages > dirtyable / 100 * host.dirtyBackgroundPercent {
      flush(1024, at: now)
    }
    guard freeFrames <= host.min else { return true }
    counters[group].stalls += 1
    var retries = 16
    while freeFrames <= host.min {
      let freed = reclaim(from: 0, frames: 32, &now)
      if freeFrames > host.min { break }
      if freed > 0 { continue }
      if retries > 0 {
        retries -= 1
        continue
      }
      // What must not fail may take the last frames; then something has to die.
      if killWorst(of: 0) == nil { return freeFrames > 0 }
      guard groups[group].isAlive else { return false }
      retries = 16
    }
    return true
  }

  /// What a group above its high limit has to do after a touch: reclaim, and after each 64 pages wait the
  /// longer the further it is above, two seconds at most.
  mutating func throttle(_ group: Int, _ now: inout UInt64) -> UInt64 {
    var penalty: UInt64 = 0
    for above in groups[group].path {
      guard let high = groups[above].settings.high, groups[above].usage > high else { continue }
      groups[above].pagesAboveHigh += 1
      guard groups[above].pagesAboveHigh == 64 else { continue }
      groups[above].pagesAboveHigh = 0
      _ = reclaim(from: above, frames: 64, &now)
      let usage = groups[above].usage
      guard usage > high else { continue }
      // The square of the part that is too much, times 64 seconds: 5 % above are 0.16 s.
      let part = Double(usage - high) / Double(max(high, 1))
      penalty = max(penalty, UInt64(min(part * part * 64, 2) * 1e9))
    }
    // Less than a hundredth of a second is not worth a sleep.
    guard penalty > 10_000_000 else { return 0 }
    now += penalty
    return penalty
  }

  // MARK: The choice of who dies

  /// What a group is worth killing for when a target is short: its pages in memory and in swap, its tables, and its
  /// adjustment, in thousandths of what the target may have.
  public func badness(_ group: Int, in target: Int = 0) -> Int? {
    let own = groups[group]
    guard own.isAlive, own.settings.oomScoreAdjustment > -1000 else { return nil }
    let resident = count(group)
    let total = Int(clamping: most(target))
    let points = OOMBadness(
      residentPages: resident, swapPages: Int(ownSwapped(group)), tablePages: Int(own.tables),
      adjustment: own.settings.oomScoreAdjustment
    ).points(totalPages: total)
    return resident == 0 && own.tables == 0 && ownSwapped(group) == 0 ? nil : points
  }

  /// All memory and swap that a target may have (mem_cgroup_get_max; all of the host's for the root).
  private func most(_ target: Int) -> UInt64 {
    guard target != 0, let most = groups[target].settings.max else {
      return host.frames + host.swapPages
    }
    guard swappiness(of: target) > 0 else { return most }
    return most + min(groups[target].settings.swapMax ?? .max, host.swapPages)
  }

  /// Pages of the group's own in swap.
  func ownSwapped(_ group: Int) -> UInt64 {
    let below = groups[group].subtree.dropFirst().filter { groups[$0].parent == group }
    return groups[group].swapped - below.reduce(0) { $0 + groups[$1].swapped }
  }

  /// Kills the worst of a group and those below it, and says which that was: of equals the last, since the kernel
  /// passes over only those that have fewer points than the worst so far (oom_evaluate_task).
  mutating func killWorst(of target: Int) -> Int? {
    var worst: (group: Int, points: Int)?
    for group in groups[target].subtree {
      guard let points = badness(group, in: target) else { continue }
      if points >= worst?.points ?? Int.min { worst = (group, points) }
    }
    guard let worst else { return nil }
    counters[worst.group].kills += 1
    killCount += 1
    end(worst.group)
    return worst.group
  }

  /// Gives all memory of a group back, as when its process ends.
  public mutating func end(_ group: Int) {
    groups[group].isAlive = false
    for page in groups[group].pages.joined() {
      let state = states[page]
      if state.contains(.resident) {
        delist(page)
        noteRing(page, -1)
        usedFrames -= 1
        for above in groups[group].path { groups[above].usage -= 1 }
        if state.kind == .file, state.contains(.dirty) { dirtyPages -= 1 }
        if state.kind == .file, state.contains(.writeback) { fileWrites -= 1 }
      }
      if state.contains(.slot) {
        usedSlots -= 1
        if !state.contains(.resident) {
          for above in groups[group].path { groups[above].swapped -= 1 }
        }
      }
      states[page] = state.intersection(.file)
    }
    setTables(0, of: group)
  }
}
