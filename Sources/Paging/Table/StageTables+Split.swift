extension StageTables {
  /// Splits the page of an address until it has a size.
  mutating func split<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ address: UInt64, to pageBytes: UInt64, _ children: SplitChildren,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    guard let level = root.shape.level(ofPageBytes: pageBytes) else {
      throw .noSuchPage(bytes: pageBytes, sizes: root.shape.pageSizes)
    }
    guard var page = try placedPage(at: address, Format.self, memory) else {
      throw .notMapped(address: root.widened(address))
    }
    guard page.bytes > pageBytes else {
      throw .notLarger(address: root.widened(address), pageBytes: page.bytes)
    }
    try reserveLive(page.place.level - level, memory)
    try refuseSplit(Format.self, page, session.options)
    while page.bytes > pageBytes {
      // Where one page is left, there is no other on the way to it: KVM's stage2_map_walk_leaf breaks the
      // block, and puts tables without anything else between it and the page.
      if children == .one, page.groupBits == 0 {
        try splitEntry(
          Format.self, page, address, children, downTo: level, &session, &memory)
        return
      }
      try splitOnce(Format.self, page, address, children, &session, &memory)
      guard let next = try placedPage(at: address, Format.self, memory) else { return }
      page = next
    }
  }

  /// Refuses the split of a page that would have to be broken first and may not be.
  func refuseSplit<Format: LiveFormat>(
    _: Format.Type, _ page: PlacedPage, _ options: LiveOptions
  ) throws(TableError) {
    let new =
      page.groupBits > 0
      ? Format.ungrouped(page.entry)
      : Format.tableEntry(isAccessed: true) | Format.addressField(frames.upcoming(0) ?? 0)
    _ = try breaks(Format.self, at: page.place, page.entry, for: new, options)
  }

  /// Splits a page into those of the next smaller size, which for one of several entries are theirs.
  mutating func splitOnce<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ page: PlacedPage, _ address: UInt64, _ children: SplitChildren,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    if page.groupBits > 0 {
      try ungroup(Format.self, page, address, children, &session, &memory)
    } else {
      try splitEntry(Format.self, page, address, children, &session, &memory)
    }
  }

  /// Splits a page that is one entry, into those of the next smaller size; where one of them is left, it
  /// may be split further before anything leads to it.
  mutating func splitEntry<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ page: PlacedPage, _ address: UInt64, _ children: SplitChildren,
    downTo lowest: Int? = nil, _ session: inout LiveSession<Observer>,
    _ memory: inout PhysicalMemory
  ) throws(TableError) {
    guard let table = frames.take() else { throw .outOfFrames(needed: 1, free: 0) }
    session.edit.summary.tablesAdded += 1
    var below: [UInt64] = []
    for _ in 0..<page.place.level - 1 - (lowest ?? page.place.level - 1) {
      guard let next = frames.take() else { throw .outOfFrames(needed: 1, free: 0) }
      session.edit.summary.tablesAdded += 1
      below.append(next)
    }
    let link =
      Format.tableEntry(isAccessed: Format.isAccessed(page.entry)) | Format.addressField(table)
    let only = children == .all ? nil : address
    var seen = page.entry
    session.edit.summary.pages += try fillChildren(
      Format.self, of: seen, at: page.place, table, only: only, below: below[...], &memory)
    for table in below.reversed() { session.observer.filled(table, in: &memory) }
    session.observer.filled(table, in: &memory)
    // RISC-V orders walks against a store to what becomes a pointer only without an address; the other
    // architectures look at the entry that was cached, which was a page's.
    let levels: Invalidation.Levels = session.stage.isa == .riscv ? .all : .lastLevel
    if try breaks(Format.self, at: page.place, page.entry, for: link, session.options) {
      let last = try exchange(Format.self, at: page.place, for: 0, &session, &memory)
      invalidate(page.range, pageBytes: page.bytes, levels, .required, &session)
      if last != seen {
        // A walk has set a flag since the table was filled.
        _ = try fillChildren(
          Format.self, of: last, at: page.place, table, only: only, below: below[...], &memory)
      }
      try exchange(Format.self, at: page.place, for: link, &session, &memory)
      madeValid(page.range, pageBytes: page.bytes, .all, &session)
      return
    }
    // A compare-and-exchange: it fails as long as walks set flags meanwhile.
    while true {
      let now = try entry(at: page.place, memory)
      if now == seen { break }
      seen = now
      _ = try fillChildren(
        Format.self, of: seen, at: page.place, table, only: only, below: below[...], &memory)
    }
    try exchange(Format.self, at: page.place, for: link, &session, &memory)
    // With all children there, the page that x86's TLBs still hold says the same as they do.
    let isSame = children == .all && session.stage.isa == .x86
    invalidate(page.range, pageBytes: page.bytes, levels, isSame ? .lazy : .required, &session)
  }

  /// Fills a table that nothing leads to with the children of a page, or with one of them, and says how
  /// many there are.
  ///
  /// The tables below take the place of one child, as far down as there are any.
  private func fillChildren<Format: LiveFormat>(
    _: Format.Type, of entry: UInt64, at place: EntryPlace, _ table: UInt64, only: UInt64?,
    below: ArraySlice<UInt64>, _ memory: inout PhysicalMemory
  ) throws(TableError) -> Int {
    let level = place.level - 1
    let body = Format.moved(
      Format.withoutAddress(entry, level: place.level), from: place.level, to: level)
    let target = Format.target(of: entry, level: place.level, index: place.index, groupBits: 0)
    let count = 1 << Int(Format.indexBits)
    let chosen = only.map { Int($0 >> Format.shift(level)) & (count - 1) }
    if chosen == nil {
      let step = Format.addressField(1 << Format.shift(level))
      var next = body | Format.addressField(target)
      try Self.visit(table, bytes: UInt64(count) * 8, root.placement, memory.handle) {
        $0.fill(from: 0, $0.count, first: next, step: step)
        next &+= step &* UInt64($0.count)
      }
      return count
    }
    for index in 0..<count {
      let own = target &+ UInt64(index) << Format.shift(level)
      var child = chosen == nil || chosen == index ? body | Format.addressField(own) : 0
      if chosen == index, let next = below.first {
        _ = try fillChildren(
          Format.self, of: child,
          at: EntryPlace(
            table: table, index: index, level: level,
            start: place.start &+ UInt64(index) << Format.shift(level)), next, only: only,
          below: below.dropFirst(), &memory)
        child =
          Format.tableEntry(isAccessed: Format.isAccessed(child)) | Format.addressField(next)
      }
      let at = table &+ UInt64(index) &* 8
      guard let run = root.placement.words(at: at, most: 1, memory.handle) else {
        throw .tableUnreachable(address: table)
      }
      run[0] = child
    }
    return chosen == nil ? count : 1
  }

  /// Makes the entries of a group pages of their own.
  ///
  /// Any of them may hold the flags of all: a TLB that took them for one page set them in one.
  private func ungroup<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ page: PlacedPage, _ address: UInt64, _ children: SplitChildren,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    let count = 1 << page.groupBits
    let entryBytes: UInt64 = 1 << Format.shift(page.place.level)
    let chosen =
      children == .all ? nil : Int((address &- page.place.start) >> Format.shift(page.place.level))
    var isAccessed = false
    var isDirty = false
    func gather(_ entry: UInt64) {
      // On Arm's stage 1 an entry that is cleared would look as if it could be written.
      guard Format.isPresent(entry) else { return }
      isAccessed = isAccessed || Format.isAccessed(entry)
      isDirty = isDirty || Format.isDirty(entry)
    }
    let target = Format.target(
      of: page.entry, level: page.place.level, index: page.place.index, groupBits: page.groupBits)
    let body = Format.ungrouped(Format.withoutAddress(page.entry, level: page.place.level))
    func alone(_ number: Int) -> UInt64 {
      guard chosen == nil || chosen == number else { return 0 }
      let own = target &+ UInt64(number) &* entryBytes
      return Format.flagged(
        body | Format.addressField(own), isAccessed: isAccessed, isDirty: isDirty)
    }
    let breaks = try breaks(
      Format.self, at: page.place, page.entry, for: Format.ungrouped(page.entry), session.options)
    for number in 0..<count {
      gather(try entry(at: page.place.moved(by: number, Format.self), memory))
    }
    if breaks {
      for number in 0..<count {
        let place = page.place.moved(by: number, Format.self)
        gather(try exchange(Format.self, at: place, for: 0, &session, &memory))
      }
      invalidate(page.range, pageBytes: entryBytes, .lastLevel, .required, &session)
    }
    for number in 0..<count where !breaks || chosen == nil || chosen == number {
      let place = page.place.moved(by: number, Format.self)
      gather(try exchange(Format.self, at: place, for: alone(number), &session, &memory))
    }
    session.edit.summary.pages += chosen == nil ? count : 1
    if breaks {
      madeValid(page.range, pageBytes: entryBytes, .lastLevel, &session)
      return
    }
    invalidate(page.range, pageBytes: entryBytes, .lastLevel, .required, &session)
    // What a walk has set since in an entry that was still one of the group counts for all.
    for number in 0..<count where chosen == nil || chosen == number {
      let place = page.place.moved(by: number, Format.self)
      let now = try entry(at: place, memory)
      let flagged = Format.flagged(now, isAccessed: isAccessed, isDirty: isDirty)
      if flagged != now {
        try exchange(Format.self, at: place, for: flagged, &session, &memory)
      }
    }
  }
}
