extension PageReclaimer {
  /// Touches a page, and says what it took and when it was over.
  ///
  /// An access that a TLB answers may leave no accessed bit: it is not seen.
  public mutating func touch(
    _ page: UInt32, isWrite: Bool, by access: PageAccess = .mapping, isSeen: Bool = true,
    at start: UInt64
  ) -> PageTouch {
    finishWrites(by: start)
    let state = states[page]
    let group = Int(owners[page])
    guard groups[group].isAlive else { return Self.end(.killed, start) }
    if state.contains(.resident) {
      return touchResident(page, state, isWrite: isWrite, access, isSeen: isSeen, start)
    }
    // The page of zeros answers all reads until the first write.
    if state.contains(.zeros), !isWrite { return Self.end(.hit, start + times.touch) }
    if access == .mapping { counters[group].faults += 1 }
    var now = start + times.fault
    if state.kind == .anon, !state.contains(.slot), !isWrite {
      // A read of memory that nobody wrote maps the kernel's page of zeros, which takes no frame.
      states[page].insert(.zeros)
      return Self.end(.minor, now)
    }
    let beforeCharge = now
    let waitedBefore = waited
    guard charge(group, &now), takeFrame(for: group, &now) else {
      return Self.end(
        .killed, now, reclaiming: now - beforeCharge, writing: waited - waitedBefore)
    }
    let reclaiming = now - beforeCharge
    let writing = waited - waitedBefore
    let isMajor = state.contains(.slot) || state.kind == .file
    var reading: UInt64 = 0
    if isMajor {
      counters[group].majorFaults += 1
      if state.kind == .anon {
        counters[group].swapIns += 1
        for above in groups[group].path { groups[above].swapped -= 1 }
      } else {
        counters[group].fileReads += 1
      }
      let done = storage.submit(at: now, taking: times.read)
      reading = done - now
      now = done
    }
    enter(page, state, isWrite: isWrite, access, now)
    var throttled = throttle(group, &now)
    if isWrite, state.kind == .file { throttled += balanceDirty(&now) }
    return PageTouch(
      end: isMajor ? .major : .minor, at: now, reclaiming: reclaiming, writing: writing,
      reading: reading, throttled: throttled)
  }

  private static func end(
    _ end: PageTouch.End, _ at: UInt64, reclaiming: UInt64 = 0, writing: UInt64 = 0,
    throttled: UInt64 = 0
  ) -> PageTouch {
    PageTouch(
      end: end, at: at, reclaiming: reclaiming, writing: writing, reading: 0,
      throttled: throttled)
  }

  @inline(__always)
  private mutating func touchResident(
    _ page: UInt32, _ state: PageState, isWrite: Bool, _ access: PageAccess, isSeen: Bool,
    _ start: UInt64
  ) -> PageTouch {
    var state = state
    var now = start + times.touch
    var end = PageTouch.End.hit
    let group = Int(owners[page])
    if access == .descriptor {
      if isWrite { dirty(page) }
      markAccessed(page)
      let throttled = isWrite && !state.contains(.dirty) ? balanceDirty(&now) : 0
      return Self.end(.hit, now, throttled: throttled)
    }
    let isUnmapped = !state.contains(.mapped)
    if isUnmapped || isWrite && state.contains(.readOnly) {
      // It is still in memory, or its own page may be written without a copy: a fault, and no reading.
      counters[group].faults += 1
      now = start + times.fault
      end = .minor
      state.insert(.mapped)
      state.remove([.freeSoon, .readOnly])
      if isUnmapped, !isWrite, mapsReadOnly(state) { state.insert(.readOnly) }
    }
    if isSeen || end == .minor { state.insert(.accessed) }
    states[page] = state
    if isWrite {
      // A write fault gives the slot back; a write to what may be written tells nobody.
      if isUnmapped, state.contains(.slot), !state.contains(.writeback) { freeSlot(page) }
      dirty(page)
      if state.kind == .file, !state.contains(.dirty) {
        return Self.end(end, now, throttled: balanceDirty(&now))
      }
    }
    return Self.end(end, now)
  }

  /// Puts a page into the frame that was taken for it.
  private mutating func enter(
    _ page: UInt32, _ before: PageState, isWrite: Bool, _ access: PageAccess, _ now: UInt64
  ) {
    var state = before.intersection([.file, .slot])
    state.insert(.resident)
    if access == .mapping { state.formUnion([.mapped, .accessed]) }
    if !isWrite, mapsReadOnly(state) { state.insert(.readOnly) }
    states[page] = state
    if before.contains(.shadow) {
      flushCounts(by: now)
      refault(page, access)
    }
    let group = Int(owners[page])
    usedFrames += 1
    for above in groups[group].path { groups[above].usage += 1 }
    noteRing(page, 1)
    if policy == .generations { enlistNew(page, access) } else { enlist(page) }
    if state.kind == .anon {
      if state.contains(.slot) {
        if isWrite {
          freeSlot(page)
          dirty(page)
        } else if isSwapFull(group) {
          // Room in swap is worth more than another write.
          freeSlot(page)
          dirty(page)
        }
      } else {
        dirty(page)
      }
    } else if isWrite {
      dirty(page)
    }
    if access == .descriptor { markAccessed(page) }
  }

  /// Whether a read fault maps a page for reads alone, because its content is in swap, too.
  private func mapsReadOnly(_ state: PageState) -> Bool {
    !host.mapsSwapReadsWritable && state.contains(.slot)
  }

  /// What the kernel does about a page that comes back (workingset_refault).
  private mutating func refault(_ page: UInt32, _ access: PageAccess) {
    switch policy {
    case .twoLists: break
    case .generations: return refaultIntoGenerations(page, access)
    case .clock, .twoHands:
      counters[Int(owners[page])].refaults[states[page].kind] += 1
      return
    }
    let shadow = shadows[page]
    let kind = states[page].kind
    let group = Int(owners[page])
    counters[group].refaults[kind] += 1
    let evictor = shadow.group
    let distance = (groups[evictor].age &- shadow.age) & PageShadow.ageMask
    var size = seenSize(evictor, list: Self.list(.file, active: true))
    if kind == .anon { size += seenSize(evictor, list: Self.list(.file, active: false)) }
    if freeSlots(evictor) > 0 {
      size += seenSize(evictor, list: Self.list(.anon, active: true))
      if kind == .file { size += seenSize(evictor, list: Self.list(.anon, active: false)) }
    }
    guard distance <= UInt64(size) else { return }
    states[page].insert(.active)
    grow(group)
    counters[group].refaultActivations[kind] += 1
    guard shadow.isWorkingset else { return }
    states[page].insert(.workingset)
    noteCost(group, kind, 32)
    counters[group].restores[kind] += 1
  }

  /// What a read or write through a descriptor does (folio_mark_accessed).
  private mutating func markAccessed(_ page: UInt32) {
    let state = states[page]
    switch policy {
    case .twoLists: break
    case .generations: return countAccess(page)
    case .clock, .twoHands:
      states[page] = state.union(.accessed)
      return
    }
    if !state.contains(.referenced) {
      states[page] = state.union(.referenced)
    } else if !state.contains(.active) {
      delist(page)
      states[page] = state.union(.active).subtracting(.referenced)
      enlist(page)
      let group = Int(owners[page])
      counters[group].activations += 1
      grow(group)
    }
  }

  private mutating func dirty(_ page: UInt32) {
    let state = states[page]
    guard !state.contains(.dirty) else { return }
    states[page] = state.union(.dirty)
    guard state.kind == .file else { return }
    dirtyPages += 1
    if !state.contains(.queued) {
      states[page].insert(.queued)
      flushQueue.append(page)
    }
  }

  // MARK: Swap

  /// How many slots of swap a group may still take.
  func freeSlots(_ group: Int) -> UInt64 {
    var free = host.swapPages - min(usedSlots, host.swapPages)
    for above in groups[group].path {
      if let most = groups[above].settings.swapMax {
        free = min(free, most - min(groups[above].swapped, most))
      }
    }
    return free
  }

  func isSwapFull(_ group: Int) -> Bool {
    if usedSlots * 2 > host.swapPages { return true }
    return groups[group].path.contains {
      groups[$0].settings.swapMax.map { [swapped = groups[$0].swapped] in swapped * 2 >= $0 }
        ?? false
    }
  }

  mutating func freeSlot(_ page: UInt32) {
    states[page].remove(.slot)
    usedSlots -= 1
  }

  // MARK: Writing

  /// Notes which writes are done by now: what was to be freed goes to the back of its inactive list, and
  /// the flusher has room for more.
  mutating func finishWrites(by now: UInt64) {
    while let (page, done) = underWay.popDone(by: now) {
      finishWrite(page)
      if flushWanted > 0 { pump(at: done) }
    }
  }

  private mutating func finishWrite(_ page: UInt32) {
    var state = states[page]
    guard state.contains(.writeback) else { return }
    state.remove(.writeback)
    if state.kind == .file { fileWrites -= 1 }
    guard state.contains(.resident) else {
      states[page] = state
      return
    }
    if state.contains(.freeSoon), !state.contains(.dirty) {
      delist(page)
      states[page] = state.subtracting([.freeSoon, .active])
      if policy == .generations {
        let oldest = groups[Int(owners[page])].generations[state.kind]
        enlist(page, generation: oldest, atBack: true)
      } else {
        enlist(page, atBack: true)
      }
    } else {
      states[page] = state.subtracting(.freeSoon)
    }
  }

  /// Hands a page to storage.
  mutating func write(_ page: UInt32, at now: UInt64) {
    let group = Int(owners[page])
    if states[page].kind == .anon {
      counters[group].swapOuts += 1
    } else {
      counters[group].fileWrites += 1
      dirtyPages -= 1
      fileWrites += 1
    }
    states[page].remove(.dirty)
    states[page].insert(.writeback)
    underWay.append(page, done: storage.submit(at: now, taking: times.write))
  }

  /// Waits until writes are done, in the time of who reclaims: so many, at most so long (reclaim_throttle).
  mutating func waitForWrites(_ count: Int, atMost most: UInt64 = .max, _ now: inout UInt64) {
    guard let done = underWay.done(after: count) else { return }
    let end = done > now && done - now > most ? now + most : max(now, done)
    waited += end - now
    now = end
    finishWrites(by: now)
  }

  /// Asks the flusher to write changed pages of files, the oldest first: so many, as fast as storage takes
  /// them.
  mutating func flush(_ most: Int, at now: UInt64) {
    flushWanted = max(flushWanted, most)
    pump(at: now)
  }

  /// Lets the flusher hand over what there is room for.
  private mutating func pump(at now: UInt64) {
    while flushWanted > 0, flushed < flushQueue.count, storage.room(at: now) <= now {
      let page = flushQueue[flushed]
      flushed += 1
      states[page].remove(.queued)
      guard states[page].contains(.dirty), !states[page].contains(.writeback) else { continue }
      write(page, at: now)
      flushWanted -= 1
    }
    if flushed == flushQueue.count { flushWanted = 0 }
    if flushed > 4096, flushed * 2 > flushQueue.count {
      flushQueue.removeFirst(flushed)
      flushed = 0
    }
  }

  /// What can hold changed pages of files: what is free, and what files have (global_dirtyable_memory).
  var dirtyable: UInt64 {
    let files = groups.indices.reduce(0) { $0 + fileCount($1) }
    return freeFrames + UInt64(files)
  }

  /// What who changes pages of files has to wait for (balance_dirty_pages): above the middle of both marks
  /// no more are changed than are written, and above the upper one none.
  private mutating func balanceDirty(_ now: inout UInt64) -> UInt64 {
    let most = dirtyable / 100 * host.dirtyPercent
    let free = (dirtyable / 100 * host.dirtyBackgroundPercent + most) / 2
    let start = now
    if dirtyPages + fileWrites > free {
      flush(1024, at: now)
      repeat {
        guard let next = underWay.next else { break }
        now = max(now, next)
        finishWrites(by: now)
      } while dirtyPages + fileWrites > most
    }
    return now - start
  }
}
