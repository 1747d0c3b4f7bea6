extension StageTables {
  /// Makes the table of an address one page, or makes room for one.
  mutating func collapse<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ address: UInt64, to pageBytes: UInt64, _ way: CollapseWay,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    guard let level = root.shape.level(ofPageBytes: pageBytes), level > 0 else {
      throw .noSuchPage(bytes: pageBytes, sizes: Array(root.shape.pageSizes.dropFirst()))
    }
    guard let place = try place(of: address, downTo: level, Format.self, memory) else {
      throw .notMapped(address: root.widened(address))
    }
    let link = try entry(at: place, memory)
    guard place.level == level, Format.isTable(link, level: level) else {
      throw .noTable(address: root.widened(address), entry: link)
    }
    let range = place.start..<place.start &+ pageBytes
    switch way {
    case .zap:
      var tables: [UInt64] = []
      var smallest = pageBytes
      let pages = try contents(
        Format.self, of: Format.address(link), level: level - 1, memory, &tables, &smallest)
      try exchange(Format.self, at: place, for: 0, &session, &memory)
      invalidate(range, pageBytes: smallest, .all, .required, &session)
      session.edit.summary.pages += pages
      session.unlinked = tables
      giveUnlinked(&session)
    case .inPlace:
      try collapseInPlace(Format.self, place, link, range, &session, &memory)
    }
  }

  /// Counts the entries of pages in a table and below it, and lists the tables, the lowest first.
  private func contents<Format: LiveFormat>(
    _: Format.Type, of table: UInt64, level: Int, _ memory: borrowing PhysicalMemory,
    _ tables: inout [UInt64], _ smallest: inout UInt64
  ) throws(TableError) -> Int {
    guard frames.holdsTable(table) else { throw .foreignTable(address: table) }
    var pages = 0
    for index in 0..<1 << Int(Format.indexBits) {
      let entry = try entry(
        at: EntryPlace(table: table, index: index, level: level, start: 0), memory)
      guard Format.isPresent(entry) else { continue }
      if Format.isTable(entry, level: level) {
        pages += try contents(
          Format.self, of: Format.address(entry), level: level - 1, memory, &tables, &smallest)
      } else {
        pages += 1
        smallest = min(smallest, 1 << Format.shift(level))
      }
    }
    tables.append(table)
    return pages
  }

  private mutating func collapseInPlace<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ place: EntryPlace, _ link: UInt64, _ range: Range<UInt64>,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    let table = Format.address(link)
    guard frames.holdsTable(table) else { throw .foreignTable(address: table) }
    let childBytes: UInt64 = 1 << Format.shift(place.level - 1)
    var block = try merged(Format.self, table, place, memory)
    if try breaks(Format.self, at: place, link, for: block, session.options) {
      try exchange(Format.self, at: place, for: 0, &session, &memory)
      invalidate(range, pageBytes: childBytes, .all, .required, &session)
      // No walk can reach the table any more: these are its last flags.
      block = try merged(Format.self, table, place, memory)
      try exchange(Format.self, at: place, for: block, &session, &memory)
      madeValid(range, pageBytes: range.upperBound - range.lowerBound, .lastLevel, &session)
    } else {
      session.observer.filled(table, in: &memory)
      block = try merged(Format.self, table, place, memory)
      try exchange(Format.self, at: place, for: block, &session, &memory)
      invalidate(range, pageBytes: childBytes, .all, .required, &session)
      // Walks that still had the table in their caches may have set flags in it until now.
      let last = try merged(Format.self, table, place, memory)
      let now = try entry(at: place, memory)
      let flagged = Format.flagged(
        now, isAccessed: Format.isAccessed(last), isDirty: Format.isDirty(last))
      if flagged != now {
        try exchange(Format.self, at: place, for: flagged, &session, &memory)
      }
    }
    session.edit.summary.pages += 1
    session.unlinked = [table]
    giveUnlinked(&session)
  }

  /// The one page that a table's pages are together, with the flags of all.
  private func merged<Format: LiveFormat>(
    _: Format.Type, _ table: UInt64, _ above: EntryPlace, _ memory: borrowing PhysicalMemory
  ) throws(TableError) -> UInt64 {
    let level = above.level - 1
    let groupBits = root.shape.groupBits(ofLevel: level)
    var first: (body: UInt64, target: UInt64) = (0, 0)
    var isAccessed = false
    var isDirty = false
    for index in 0..<1 << Int(Format.indexBits) {
      let place = EntryPlace(
        table: table, index: index, level: level,
        start: above.start &+ UInt64(index) << Format.shift(level))
      let entry = try entry(at: place, memory)
      func obstacle(_ reason: CollapseObstacle.Reason) -> TableError {
        .cannotCollapse(
          CollapseObstacle(
            address: root.widened(place.start), index: index, entry: entry, reason: reason))
      }
      guard Format.isPresent(entry) else { throw obstacle(.missing) }
      guard !Format.isTable(entry, level: level) else { throw obstacle(.table) }
      let body = Format.cleaned(
        Format.aged(Format.ungrouped(Format.withoutAddress(entry, level: level))))
      let target = Format.target(of: entry, level: level, index: index, groupBits: groupBits)
      if index == 0 {
        guard target & (1 << Format.shift(above.level) - 1) == 0 else {
          throw obstacle(.misaligned)
        }
        first = (body, target)
      }
      guard target == first.target &+ UInt64(index) << Format.shift(level) else {
        throw obstacle(.notContiguous)
      }
      guard body == first.body else { throw obstacle(.attributes) }
      isAccessed = isAccessed || Format.isAccessed(entry)
      isDirty = isDirty || Format.isDirty(entry)
    }
    let block = Format.moved(first.body, from: level, to: above.level)
    return Format.flagged(
      block | Format.addressField(first.target), isAccessed: isAccessed, isDirty: isDirty)
  }
}
