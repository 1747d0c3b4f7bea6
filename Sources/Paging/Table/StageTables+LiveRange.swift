extension StageTables {
  /// Maps a page to another address or with other attributes.
  mutating func remap<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ address: UInt64, to target: UInt64, _ attributes: PageAttributes,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    guard let page = try placedPage(at: address, Format.self, memory) else {
      throw .notMapped(address: root.widened(address))
    }
    guard page.groupBits == 0 else {
      throw .partOfPage(address: root.widened(address), pageBytes: page.bytes)
    }
    guard target >> UInt64(Format.addressBits) == 0 else {
      throw .targetTooWide(address: target, bits: Format.addressBits)
    }
    guard target & (page.bytes - 1) == 0 else {
      throw .misaligned(target, pageBytes: page.bytes)
    }
    let new: UInt64
    do {
      new = try Format.pageEntry(attributes, level: page.place.level) | Format.addressField(target)
    } catch {
      throw .attributes(error)
    }
    if try breaks(Format.self, at: page.place, page.entry, for: new, session.options) {
      try exchange(Format.self, at: page.place, for: 0, &session, &memory)
      invalidate(page.range, pageBytes: page.bytes, .lastLevel, .required, &session)
      try exchange(Format.self, at: page.place, for: new, &session, &memory)
      madeValid(page.range, pageBytes: page.bytes, .lastLevel, &session)
    } else {
      try exchange(Format.self, at: page.place, for: new, &session, &memory)
      invalidate(page.range, pageBytes: page.bytes, .lastLevel, .required, &session)
    }
    session.edit.summary.pages += 1
  }

  /// Carries out an edit of a range.
  mutating func performRange<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ edit: TableEdit, _ session: inout LiveSession<Observer>,
    _ memory: inout PhysicalMemory
  ) throws(TableError) {
    if case .map(let target, let attributes, let pageBytes) = edit.kind {
      return try mapLive(
        Format.self, edit.range, to: target, attributes, pageBytes: pageBytes, &session, &memory)
    }
    var range = edit.range
    var cuts: [UInt64] = []
    if edit.kind.takesPartsOfPages {
      if let page = try placedPage(at: range.lowerBound, Format.self, memory) {
        range = page.range.lowerBound..<range.upperBound
      }
      if let page = try placedPage(at: range.upperBound - 1, Format.self, memory) {
        range = range.lowerBound..<page.range.upperBound
      }
    } else {
      cuts = try cutPages(Format.self, of: range, session.options, memory)
    }
    try surveyLive(Format.self, edit, range, memory)
    try reserveLive(tables(Format.self, toCut: cuts, memory), memory)
    let change: PermissionChange? =
      if case .protect(let attributes) = edit.kind {
        try PermissionChange(Format.self, attributes)
      } else { nil }

    for cut in cuts {
      while let page = try placedPage(at: cut, Format.self, memory), page.place.start < cut {
        try splitOnce(Format.self, page, cut, .all, &session, &memory)
      }
    }
    let top = root.shape.levels - 1
    switch edit.kind {
    case .map: break
    case .unmap:
      var pages: [PlacedPage] = []
      _ = try unmapLive(
        Format.self, root.address, level: top, from: range, &pages, &session, &memory)
      let levels: Invalidation.Levels = session.unlinked.isEmpty ? .lastLevel : .all
      for page in pages {
        invalidate(page.range, pageBytes: page.bytes, levels, .required, &session)
      }
      giveUnlinked(&session)
    case .protect:
      guard let change else { return }
      try rewriteLive(Format.self, change, range, &session, &memory)
    case .age: try rewriteLive(Format.self, Ageing(), range, &session, &memory)
    case .clean: try rewriteLive(Format.self, Cleaning(), range, &session, &memory)
    case .writeProtect:
      try rewriteLive(Format.self, WriteProtection(), range, &session, &memory)
    case .revoke: try rewriteLive(Format.self, Revocation(), range, &session, &memory)
    }
  }

  /// The ends of a range that lie inside a page.
  private func cutPages<Format: LiveFormat>(
    _: Format.Type, of range: Range<UInt64>, _ options: LiveOptions,
    _ memory: borrowing PhysicalMemory
  ) throws(TableError) -> [UInt64] {
    var cuts: [UInt64] = []
    for cut in [range.lowerBound, range.upperBound] where cut < 1 << UInt64(root.shape.inputBits) {
      guard let page = try placedPage(at: cut, Format.self, memory), page.place.start < cut else {
        continue
      }
      guard options.splitsPages else {
        throw .partOfPage(address: root.widened(cut), pageBytes: page.bytes)
      }
      let smallest = root.shape.pageSizes[0]
      guard cut & (smallest - 1) == 0 else {
        throw .misaligned(root.widened(cut), pageBytes: smallest)
      }
      try refuseSplit(Format.self, page, options)
      cuts.append(cut)
    }
    return cuts
  }

  /// How many tables the splits at these ends make.
  private func tables<Format: LiveFormat>(
    _: Format.Type, toCut cuts: [UInt64], _ memory: borrowing PhysicalMemory
  ) throws(TableError) -> Int {
    var split: Set<[UInt64]> = []
    for cut in cuts {
      guard let page = try placedPage(at: cut, Format.self, memory) else { continue }
      for level in stride(from: page.place.level, to: 0, by: -1) {
        let start = cut & ~(1 << Format.shift(level) - 1)
        if start < cut { split.insert([UInt64(level), start]) }
      }
    }
    return split.count
  }

  /// Refuses what an edit of a range meets and can't change.
  private func surveyLive<Format: LiveFormat>(
    _: Format.Type, _ edit: TableEdit, _ range: Range<UInt64>, _ memory: borrowing PhysicalMemory
  ) throws(TableError) {
    var at = range.lowerBound
    var foreign: UInt64?
    try visitLive(Format.self, root.address, level: root.shape.levels - 1, range, memory) {
      place, entry in
      if Format.isTable(entry, level: place.level) {
        let child = Format.address(entry)
        if foreign == nil, edit.kind.freesTables, !frames.holdsTable(child) { foreign = child }
      } else if place.start <= at {
        at = max(at, place.start &+ 1 << Format.shift(place.level))
      }
    }
    if let foreign { throw .foreignTable(address: foreign) }
    guard edit.skipsHoles || at >= range.upperBound else {
      throw .notMapped(address: root.widened(at))
    }
  }

  /// Visits the present entries that a range meets, in the order of their addresses.
  func visitLive<Format: LiveFormat>(
    _: Format.Type, _ table: UInt64, level: Int, _ range: Range<UInt64>,
    _ memory: borrowing PhysicalMemory, _ body: (EntryPlace, UInt64) -> Void
  ) throws(TableError) {
    for place in places(Format.self, of: table, level: level, range) {
      let entry = try entry(at: place, memory)
      guard Format.isPresent(entry) else { continue }
      body(place, entry)
      if Format.isTable(entry, level: level) {
        let part = range.clamped(to: place.start..<place.start &+ 1 << Format.shift(level))
        try visitLive(
          Format.self, Format.address(entry), level: level - 1, part, memory, body)
      }
    }
  }

  /// The places of a table's entries that map a part of a range.
  func places<Format: LiveFormat>(
    _: Format.Type, of table: UInt64, level: Int, _ range: Range<UInt64>
  ) -> [EntryPlace] {
    let shift = Format.shift(level)
    let mask: UInt64 = level == root.shape.levels - 1 ? ~0 : 1 << Format.indexBits - 1
    return (range.lowerBound >> shift...(range.upperBound - 1) >> shift).map {
      EntryPlace(table: table, index: Int($0 & mask), level: level, start: $0 << shift)
    }
  }

  /// Clears the entries of a range's pages and those of the tables that become empty, and says whether
  /// this table has.
  private func unmapLive<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ table: UInt64, level: Int, from range: Range<UInt64>,
    _ pages: inout [PlacedPage], _ session: inout LiveSession<Observer>,
    _ memory: inout PhysicalMemory
  ) throws(TableError) -> Bool {
    for place in places(Format.self, of: table, level: level, range) {
      let entry = try entry(at: place, memory)
      let bytes: UInt64 = 1 << Format.shift(level)
      guard Format.isPresent(entry) else {
        if Format.isRevoked(entry) {
          pages.append(PlacedPage(place: place, entry: entry, bytes: bytes, groupBits: 0))
          session.edit.summary.pages += 1
          try exchange(Format.self, at: place, for: 0, &session, &memory)
        }
        continue
      }
      if Format.isTable(entry, level: level) {
        let part = range.clamped(to: place.start..<place.start &+ bytes)
        let child = Format.address(entry)
        let isEmpty = try unmapLive(
          Format.self, child, level: level - 1, from: part, &pages, &session, &memory)
        guard isEmpty else { continue }
        session.unlinked.append(child)
      } else {
        pages.append(PlacedPage(place: place, entry: entry, bytes: bytes, groupBits: 0))
        session.edit.summary.pages += 1
      }
      try exchange(Format.self, at: place, for: 0, &session, &memory)
    }
    guard table != root.address else { return false }
    var isZero = true
    try Self.visit(table, bytes: root.shape.tableBytes, root.placement, memory.handle) {
      if isZero { isZero = $0.isZero }
    }
    return isZero
  }

  /// Changes each page's entry of a range, and tells the caches of those that became different.
  private func rewriteLive<Format: LiveFormat, Change: EntryChange, Observer: EditObserver>(
    _: Format.Type, _ change: Change, _ range: Range<UInt64>,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    var pages: [EntryPlace] = []
    try visitLive(Format.self, root.address, level: root.shape.levels - 1, range, memory) {
      place, entry in
      if !Format.isTable(entry, level: place.level) { pages.append(place) }
    }
    var changed: [(EntryPlace, Invalidation.Need)] = []
    for place in pages {
      let old = try entry(at: place, memory)
      let new = change.applied(to: old, Format.self)
      guard new != old else { continue }
      try exchange(Format.self, at: place, for: new, &session, &memory)
      session.edit.summary.pages += 1
      changed.append((place, need(Format.self, from: old, to: new, place.level, session.stage)))
    }
    for (place, need) in changed {
      let bytes: UInt64 = 1 << Format.shift(place.level)
      invalidate(
        place.start..<place.start &+ bytes, pageBytes: bytes, .lastLevel, need, &session)
    }
  }

  /// When caches must be told of other permissions or flags.
  ///
  /// What takes a right or a dirty flag away must be told: a TLB would go on letting writes through, or
  /// fail to set the flag (SDM 4.10.4.2, 29.4.3). An accessed flag that is cleared may stay clear for a
  /// while (SDM 4.10.4.3; Arm's TLBs may hold no entry without it, so that a walk sets it again only
  /// once the old one is gone). A right that is added is found after a fault at the latest: on x86 the
  /// fault itself drops the entry (SDM 4.10.4.1, 29.4.3.1), on RISC-V software may fence then; on Arm
  /// the fault would come back for ever.
  private func need<Format: LiveFormat>(
    _: Format.Type, from old: UInt64, to new: UInt64, _ level: Int, _ stage: TranslationStage
  ) -> Invalidation.Need {
    var before = Format.attributes(of: old, level: level)
    let after = Format.attributes(of: new, level: level)
    if before.isDirty, !after.isDirty { return .required }
    before.isAccessed = after.isAccessed
    before.isDirty = after.isDirty
    // On Arm the dirty flag is the right to write.
    if before == after, Format.isDirty(old) == Format.isDirty(new) { return .lazy }
    if stage.isa == .arm { return .required }
    let takes =
      before.read && !after.read || before.write && !after.write
      || before.executeUser && !after.executeUser
      || before.executeSupervisor && !after.executeSupervisor || before.user != after.user
    return takes ? .required : .lazy
  }
}
