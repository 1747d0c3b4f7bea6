extension StageTables {
  /// Maps a range where nothing is mapped.
  ///
  /// A table is complete before an entry leads to it, and nothing that is present changes.
  mutating func mapLive<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ range: Range<UInt64>, to target: UInt64, _ attributes: PageAttributes,
    pageBytes: UInt64?, _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    let top = root.shape.levels - 1
    let plan = try MapPlan(
      Format.self, range, to: target, attributes, pageBytes: pageBytes, root)
    let needed = try survey(
      Format.self, plan, root.address, level: top, range.lowerBound, range.upperBound,
      memory.handle)
    try reserveLive(needed, memory)
    try mapLive(Format.self, plan, root.address, level: top, range, &session, &memory)
    madeValid(
      range, pageBytes: pageBytes ?? root.shape.pageSizes[0],
      session.edit.summary.tablesAdded > 0 ? .all : .lastLevel, &session)
  }

  /// Stores the entries that a table which walks know lacks, one by one.
  private mutating func mapLive<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ plan: MapPlan, _ table: UInt64, level: Int, _ range: Range<UInt64>,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    for place in places(Format.self, of: table, level: level, range) {
      let whole = place.start..<place.start &+ 1 << Format.shift(level)
      let part = range.clamped(to: whole)
      if plan.allows(level), part == whole {
        let target = place.start &+ plan.distance
        let own = plan.sharedBytes.map { target & ~($0 &- 1) } ?? target
        try exchange(
          Format.self, at: place, for: plan.page(level) | Format.addressField(own), &session,
          &memory)
        session.edit.summary.pages += 1
        continue
      }
      let entry = try entry(at: place, memory)
      if Format.isPresent(entry) {
        try mapLive(
          Format.self, plan, Format.address(entry), level: level - 1, part, &session, &memory)
        continue
      }
      let child = try makeTable(
        isFilled: plan.allows(level - 1) && part == whole, memory.handle)
      try map(
        Format.self, plan, child, level: level - 1, part.lowerBound, part.upperBound,
        memory.handle, &session.edit.summary)
      session.edit.summary.tablesAdded += 1
      session.observer.filled(child, in: &memory)
      try exchange(
        Format.self, at: place, for: plan.table | Format.addressField(child), &session, &memory)
    }
  }
}
