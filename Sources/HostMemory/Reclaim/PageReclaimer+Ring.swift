/// Clock and two-handed clock: one ring of all pages of a group, memory and files alike.
///
/// The ring is a list whose back is at the hand. With two hands it is two: what lies between them, and the
/// rest. No kernel that is compared reclaims so; swappiness and tiers count for nothing.
extension PageReclaimer {
  /// Reclaims from one group by its hand, or hands: as many pages are met as the priority's part of them,
  /// or until enough is free.
  mutating func shrinkRing(_ group: Int, _ round: inout ReclaimRound, _ now: inout UInt64) {
    let base = group * Self.listStride
    let count = UInt64(sizes[base] + sizes[base + 1])
    var left = round.priority == 0 ? count : max(count >> UInt64(round.priority), min(count, 32))
    while left > 0, round.freed < round.wanted, round.blockedUntil == nil {
      left -= 1
      finishWrites(by: now)
      guard let page = nextOfRing(group, &now) else { return }
      meet(page, group, &round, &now)
    }
  }

  /// The page at the hand that evicts; the other hand goes on until it is a quarter of the ring ahead.
  private mutating func nextOfRing(_ group: Int, _ now: inout UInt64) -> UInt32? {
    let base = group * Self.listStride
    guard policy == .twoHands else {
      return lists.isEmpty(UInt32(base)) ? nil : lists.back(UInt32(base))
    }
    let spread = max(1, (sizes[base] + sizes[base + 1]) / 4)
    while sizes[base + 1] < spread, !lists.isEmpty(UInt32(base)) {
      let page = lists.back(UInt32(base))
      delist(page)
      now += times.scan
      if states[page].contains(.accessed) { forgetAccess(page, flushes: true) }
      states[page].insert(.active)
      enlist(page)
    }
    return lists.isEmpty(UInt32(base + 1)) ? nil : lists.back(UInt32(base + 1))
  }

  /// What the evicting hand does with a page.
  private mutating func meet(
    _ page: UInt32, _ group: Int, _ round: inout ReclaimRound, _ now: inout UInt64
  ) {
    let state = states[page]
    let kind = state.kind
    delist(page)
    states[page].remove(.active)
    now += times.scan
    round.scanned += 1
    round.taken += 1
    counters[group].scanned[kind] += 1
    if state.contains(.accessed) {
      // The second hand leaves the bit to the first.
      if policy == .clock { forgetAccess(page, flushes: true) }
      return enlist(page)
    }
    if state.contains(.writeback) {
      states[page].insert(.freeSoon)
      round.underWrite += 1
      return enlist(page)
    }
    switch kind {
    case .file where state.contains(.dirty):
      states[page].insert(.freeSoon)
      round.unwritten += 1
      return enlist(page)
    case .anon where state.contains(.dirty) || !state.contains(.slot):
      if !state.contains(.slot), freeSlots(group) == 0 { return enlist(page) }
      let isWritten = writeOut(page, &round, &now)
      if !isWritten, policy == .twoHands { states[page].insert(.active) }
      return enlist(page, atBack: !isWritten)
    default:
      evict(page, by: round.target)
      counters[group].stolen[kind] += 1
      if round.isKswapd { counters[group].stolenByKswapd += 1 }
      round.freed += 1
    }
  }

  /// Counts a page of a file that comes into a ring or leaves it.
  @inline(__always)
  mutating func noteRing(_ page: UInt32, _ change: Int) {
    guard policy.isRing, states[page].kind == .file else { return }
    groups[Int(owners[page])].ringFiles += change
  }
}
