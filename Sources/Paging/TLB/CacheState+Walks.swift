// Micro-architecture: this file can be skipped at first reading.

extension CacheState {
  /// Where the walk of a guest's tables can start: below the lowest entry that is known.
  mutating func guestStart(
    _ address: UInt64, _ key: UInt64, _ geometry: StageGeometry, _ indexBits: UInt64
  ) -> WalkStart? {
    tableShift = indexBits + 3
    guard let line = tableLine(guestTables, key, geometry, indexBits, context) else {
      guestTableMisses &+= 1
      return nil
    }
    placeOfTable = line.array.extra(line.place, Table.place)
    let saved = Int(truncatingIfNeeded: line.array.extra(line.place, Table.reads))
    savedNow &+= saved
    savedByGuestTables &+= saved
    return line.start(address, indexBits)
  }

  /// Where the walk of the hypervisor's tables can start.
  mutating func hostStart(
    _ address: UInt64, _ geometry: StageGeometry, _ indexBits: UInt64
  ) -> WalkStart? {
    guard let line = tableLine(hostTables, address, geometry, indexBits, hostContext) else {
      hostTableMisses &+= 1
      return nil
    }
    let saved = geometry.topLevel &- line.level &+ 1
    savedNow &+= saved
    savedByHostTables &+= saved
    return line.start(address, indexBits)
  }

  /// An entry of a walk cache.
  private struct TableLine {
    let array: CacheArray
    let place: Int
    let level: Int
    let shift: UInt64

    /// The walk that starts at the table that the entry leads to.
    func start(_ address: UInt64, _ indexBits: UInt64) -> WalkStart {
      let shift = shift &- indexBits
      return WalkStart(
        table: array.value(place), level: level &- 1, shift: shift,
        index: (address &>> shift) & ((1 &<< indexBits) &- 1), path: array.rights(place))
    }
  }

  /// The lowest entry that is known on the way to an address.
  private mutating func tableLine(
    _ levels: Run<WalkLevel>, _ key: UInt64, _ geometry: StageGeometry, _ indexBits: UInt64,
    _ context: UInt64
  ) -> TableLine? {
    var level = 1
    var shift = geometry.topShift &- UInt64(truncatingIfNeeded: geometry.topLevel &- 1) &* indexBits
    while level <= geometry.topLevel {
      if levels[level].array.ways > 0 {
        let tag = CacheTag.page(key, shift) | context
        let place = levels[level].array.find(key &>> shift, tag, or: tag)
        if place >= 0 {
          levels[level].array.touch(place, clock)
          clock &+= 1
          levels[level].hits &+= 1
          return TableLine(array: levels[level].array, place: place, level: level, shift: shift)
        }
      }
      level &+= 1
      shift &+= indexBits
    }
    return nil
  }

  /// Takes note of an entry that leads to a guest's table.
  mutating func pass(_ table: UInt64, _ entry: PassedEntry) {
    if guestTables[entry.level].array.ways == 0 {
      pending.level = 0
    } else {
      pending = PendingTable(level: entry.level, table: table, entry: entry, saved: savedNow)
    }
  }

  /// Keeps the entry that was noted last, now that its table has been reached at `place`.
  mutating func keepGuestTable(
    _ key: UInt64, at place: UInt64, in hostShift: UInt64, _ readsBelow: Int
  ) {
    let entry = pending.entry
    // A table that lies in several pages of the hypervisor's has no one place.
    let isPlaced = tablesAreTranslated && (hostShift == 0 || hostShift >= tableShift)
    let reads =
      entry.reads + (isPlaced ? readsBelow + savedNow : entry.readsBelow + pending.saved)
    let array = guestTables[pending.level].array
    let line = array.claim(
      key &>> entry.shift, CacheTag.page(key, entry.shift) | context, value: pending.table,
      rights: entry.path, clock)
    clock &+= 1
    array.setExtra(line, Table.place, isPlaced ? place : Self.unknownPlace)
    array.setExtra(line, Table.reads, UInt64(truncatingIfNeeded: reads))
    pending.level = 0
  }

  /// Keeps an entry that leads to a table of the hypervisor's.
  mutating func keepHostTable(_ table: UInt64, _ address: UInt64, _ entry: PassedEntry) {
    let array = hostTables[entry.level].array
    if array.ways == 0 { return }
    _ = array.claim(
      address &>> entry.shift, CacheTag.page(address, entry.shift) | hostContext, value: table,
      rights: entry.path, clock)
    clock &+= 1
  }

  /// Whether the nested cache serves accesses that are made for `role`.
  func servesNested(_ role: WalkFailure.Context) -> Bool {
    nested.count > 0 && (role != .finalAccess || nestedServesData)
  }

  /// The nested cache's entry for a guest-physical address, whatever its rights.
  func findNested(_ address: UInt64) -> TLBLine? {
    find(address, in: nested, hostContext, hostContext)
  }

  /// Notes that the nested cache has served a walk.
  mutating func useNested(_ line: TLBLine) {
    line.array.touch(line.place, clock)
    clock &+= 1
    line.probe.value.hits &+= 1
    let saved = Self.reads(line.array.rights(line.place))
    savedNow &+= saved
    savedByNested &+= saved
  }

  /// Keeps where a page of guest-physical memory lies.
  mutating func keepNested(
    _ address: UInt64, _ leaf: StageLeaf, _ access: WalkAccess, reads: Int
  ) {
    nestedMisses &+= 1
    guard let probe = probe(nested, for: leaf.shift) else { return }
    let shift = probe.value.shift
    let array = probe.value.array
    let place = array.claim(
      address &>> shift, CacheTag.page(address, shift) | hostContext,
      value: leaf.address & ~((1 &<< shift) &- 1) | leaf.shift << 6,
      rights: rights(access, reads: reads), clock)
    clock &+= 1
    array.setExtra(place, Leaf.hostEntry, leaf.entry)
    array.setExtra(place, Leaf.hostPath, leaf.accumulated)
    probe.value.isFilled = true
  }
}
