extension StageTables {
  /// The entry at a place.
  func entry(
    at place: EntryPlace, _ memory: borrowing PhysicalMemory
  ) throws(TableError) -> UInt64 {
    guard let run = root.placement.words(at: place.address, most: 1, memory.handle) else {
      throw .tableUnreachable(address: place.table)
    }
    return run[0]
  }

  /// Stores an entry that walks can see and gives the one that it replaces, as one atomic exchange.
  ///
  /// What must not be stored over what has been seen to before: this is where all live stores pass, and
  /// where a mistake would show.
  @discardableResult
  func exchange<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, at place: EntryPlace, for new: UInt64,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) -> UInt64 {
    guard let run = root.placement.words(at: place.address, most: 1, memory.handle) else {
      throw .tableUnreachable(address: place.table)
    }
    let old = run[0]
    if let rule = Format.breakRule(old, new, level: place.level), !session.options.waives(rule) {
      throw .breakBeforeMake(
        BreakBeforeMakeError(
          address: root.widened(place.start), old: old, new: new, rule: rule))
    }
    run[0] = new
    session.edit.addStores(1)
    session.observer.stored(
      EntryStore(place: place.address, level: place.level, old: old, new: new), in: &memory)
    return old
  }

  /// Whether an entry is broken before it is made anew; refused where it must be and may not.
  func breaks<Format: LiveFormat>(
    _: Format.Type, at place: EntryPlace, _ old: UInt64, for new: UInt64, _ options: LiveOptions
  ) throws(TableError) -> Bool {
    let rule = Format.breakRule(old, new, level: place.level)
    let isDemanded = rule.map { !options.waives($0) } ?? false
    switch options.breaking {
    case .always: return true
    case .whereDemanded: return isDemanded
    case .never:
      guard let rule, isDemanded else { return false }
      throw .breakBeforeMake(
        BreakBeforeMakeError(
          address: root.widened(place.start), old: old, new: new, rule: rule))
    }
  }

  /// Tells the caches of a range of translated bits.
  func invalidate<Observer: EditObserver>(
    _ range: Range<UInt64>, pageBytes: UInt64, _ levels: Invalidation.Levels,
    _ need: Invalidation.Need, _ session: inout LiveSession<Observer>
  ) {
    session.invalidate(
      Invalidation(
        session.stage, at: root.widened(range.lowerBound),
        bytes: range.upperBound - range.lowerBound, pageBytes: pageBytes, levels: levels,
        need: need))
  }

  /// Tells the caches of entries that have become valid, where they may hold that they are not.
  ///
  /// x86 (SDM 4.10.2.3, 29.4.2) and Arm (D8.16) never cache an entry that faults. RISC-V's caches may,
  /// unless Svvptc says that they see the entry in time; software may fence when it meets the fault.
  func madeValid<Observer: EditObserver>(
    _ range: Range<UInt64>, pageBytes: UInt64, _ levels: Invalidation.Levels,
    _ session: inout LiveSession<Observer>
  ) {
    guard session.stage.isa == .riscv, !session.options.hasTimelyValidity else { return }
    invalidate(range, pageBytes: pageBytes, levels, .lazy, &session)
  }

  /// The page of an address.
  func placedPage<Format: LiveFormat>(
    at address: UInt64, _: Format.Type, _ memory: borrowing PhysicalMemory
  ) throws(TableError) -> PlacedPage? {
    guard let own = try place(of: address, downTo: 0, Format.self, memory) else { return nil }
    let bytes: UInt64 = 1 << Format.shift(own.level)
    let entry = try entry(at: own, memory)
    guard Format.isGrouped(entry, level: own.level) else {
      return PlacedPage(place: own, entry: entry, bytes: bytes, groupBits: 0)
    }
    let groupBits = root.shape.groupBits(ofLevel: own.level)
    let first = own.moved(by: -(own.index & (1 << groupBits - 1)), Format.self)
    return PlacedPage(
      place: first, entry: try self.entry(at: first, memory), bytes: bytes << UInt64(groupBits),
      groupBits: groupBits)
  }

  /// The place of the entry that maps an address, at a level or at a page above it; none where the way
  /// there breaks off.
  func place<Format: LiveFormat>(
    of address: UInt64, downTo lowest: Int, _: Format.Type, _ memory: borrowing PhysicalMemory
  ) throws(TableError) -> EntryPlace? {
    var table = root.address
    var level = root.shape.levels - 1
    while true {
      let mask: UInt64 = level == root.shape.levels - 1 ? ~0 : 1 << Format.indexBits - 1
      let place = EntryPlace(
        table: table, index: Int(address >> Format.shift(level) & mask), level: level,
        start: address & ~(1 << Format.shift(level) - 1))
      let entry = try entry(at: place, memory)
      guard Format.isPresent(entry) else { return nil }
      if level == lowest || !Format.isTable(entry, level: level) { return place }
      table = Format.address(entry)
      level -= 1
    }
  }

  /// Makes sure of the frames that an edit will take, and of the memory behind them.
  func reserveLive(_ needed: Int, _ memory: borrowing PhysicalMemory) throws(TableError) {
    guard needed <= frames.free else { throw .outOfFrames(needed: needed, free: frames.free) }
    for number in 0..<needed {
      guard let frame = frames.upcoming(number) else { break }
      try Self.visit(frame, bytes: frames.frameBytes, root.placement, memory.handle) { _ in }
    }
  }

  /// Gives back the tables that nothing leads to, once the caches have been told.
  mutating func giveUnlinked<Observer: EditObserver>(_ session: inout LiveSession<Observer>) {
    for table in session.unlinked {
      frames.give(table)
      session.observer.freed(table)
    }
    session.edit.summary.tablesFreed += session.unlinked.count
    session.unlinked = []
  }

  /// Carries out one edit under running walks.
  mutating func perform<Format: LiveFormat, Observer: EditObserver>(
    _ change: LiveChange, _: Format.Type, _ session: inout LiveSession<Observer>,
    _ memory: inout PhysicalMemory
  ) throws(TableError) {
    switch change {
    case .split(let address, let bytes, let children):
      try split(Format.self, address, to: bytes, children, &session, &memory)
    case .splitRange(let range, let bytes):
      try splitRange(Format.self, range, to: bytes, &session, &memory)
    case .collapse(let address, let bytes, let way):
      try collapse(Format.self, address, to: bytes, way, &session, &memory)
    case .remap(let address, let target, let attributes):
      try remap(Format.self, address, to: target, attributes, &session, &memory)
    case .mark(let address, let word):
      guard let place = try place(of: address, downTo: 0, Format.self, memory) else {
        throw .notMapped(address: root.widened(address))
      }
      try exchange(Format.self, at: place, for: word, &session, &memory)
    case .range(let edit):
      try performRange(Format.self, edit, &session, &memory)
    }
  }
}
