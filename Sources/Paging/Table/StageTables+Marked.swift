extension StageTables {
  /// Changes the entries of the pages whose bits are set, counted from an address in pages of the smallest
  /// size, tells each run of them in which one became different, and counts those.
  ///
  /// A larger page is changed where any of its parts is marked. The tables on the way are found once for
  /// all pages of a table.
  func rewriteMarked<Format: EditableFormat, Change: EntryChange>(
    _: Format.Type, _ change: Change, _ words: ArraySlice<UInt64>, from start: UInt64,
    _ memory: MemoryHandle, _ changedRun: (Range<UInt64>) -> Void
  ) -> Int {
    let bytes: UInt64 = 1 << Format.shift(0)
    var changed = 0
    var run: (start: UInt64, end: UInt64, changed: Bool) = (0, 0, false)
    var found = FoundEntries()
    for (number, word) in words.enumerated() where word != 0 {
      var left = word
      while left != 0 {
        let bit = UInt64(truncatingIfNeeded: left.trailingZeroBitCount)
        left &= left &- 1
        let at = start &+ (UInt64(truncatingIfNeeded: number) &<< 6 | bit) &* bytes
        if at != run.end {
          if run.changed { changedRun(run.start..<run.end) }
          run = (at, at, false)
        }
        run.end = at &+ bytes
        if at < found.start || at >= found.end {
          found = entries(Format.self, around: at, memory)
        }
        guard let slots = found.slots else { continue }
        let place = Int(truncatingIfNeeded: (at &- slots.base) &>> slots.shift)
        let entry = slots.run[place]
        guard Format.isPresent(entry) else { continue }
        let after = change.applied(to: entry, Format.self)
        guard after != entry else { continue }
        slots.run[place] = after
        changed += 1
        run.changed = true
      }
    }
    if run.changed { changedRun(run.start..<run.end) }
    return changed
  }

  /// Entries of pages that were found, and the addresses for which they were.
  private struct FoundEntries {
    var start: UInt64 = 0
    var end: UInt64 = 0
    var slots: TableSlots?
  }

  /// The entries around an address in the lowest table on its way, or the one page there.
  private func entries<Format: EditableFormat>(
    _: Format.Type, around address: UInt64, _ memory: MemoryHandle
  ) -> FoundEntries {
    var table = root.address
    for level in (0..<root.shape.levels).reversed() {
      // The lowest table's whole run; above it, one entry.
      let span: UInt64 = 1 << Format.shift(level == 0 && root.shape.levels > 1 ? 1 : level)
      let first = address & ~(span &- 1)
      guard
        let slots = try? root.slots(
          Format.self, of: table, level: level, from: first, to: first &+ span, memory)
      else { break }
      if level == 0, address < slots.end {
        return FoundEntries(start: first, end: slots.end, slots: slots)
      }
      let entry = slots.run[0]
      guard Format.isPresent(entry) else {
        return FoundEntries(start: first, end: first &+ span, slots: nil)
      }
      guard Format.isTable(entry, level: level) else {
        return FoundEntries(start: first, end: first &+ span, slots: slots)
      }
      table = Format.address(entry)
    }
    return FoundEntries(start: address, end: address &+ 1, slots: nil)
  }

  /// Gives the page of an address other rights, if it has exactly one entry.
  func permit<Format: EditableFormat>(
    _: Format.Type, _ address: UInt64, _ attributes: PageAttributes, _ memory: MemoryHandle
  ) -> Bool {
    guard let change = try? PermissionChange(Format.self, attributes) else { return false }
    let found = entries(Format.self, around: address, memory)
    guard let slots = found.slots, found.start <= address, address < found.end else { return false }
    let place = Int(truncatingIfNeeded: (address &- slots.base) &>> slots.shift)
    let entry = slots.run[place]
    guard Format.isPresent(entry) else { return false }
    slots.run[place] = change.applied(to: entry, Format.self)
    return true
  }

  /// The entry of the first page that a range maps, and its level.
  func firstPage<Format: EditableFormat>(
    _: Format.Type, _ table: UInt64, level: Int, _ from: UInt64, _ to: UInt64,
    _ memory: MemoryHandle
  ) -> (entry: UInt64, level: Int)? {
    var at = from
    while at < to {
      guard
        let slots = try? root.slots(
          Format.self, of: table, level: level, from: at, to: to, memory)
      else { return nil }
      for number in 0..<slots.run.count {
        let entry = slots.run[number]
        guard Format.isPresent(entry) else { continue }
        guard Format.isTable(entry, level: level) else { return (entry, level) }
        let part = slots.part(number, from: at, to: to)
        if let found = firstPage(
          Format.self, Format.address(entry), level: level &- 1, part.from, part.to, memory)
        {
          return found
        }
      }
      at = slots.end
    }
    return nil
  }

  /// Puts a page in the place of a table of the level below whose entries are all pages of the smallest
  /// size, and says whether there was one.
  ///
  /// The table's frame is free then. Nothing is done where it is otherwise.
  mutating func replaceFullTable<Format: EditableFormat>(
    _: Format.Type, _ address: UInt64, level: Int, by page: UInt64, _ memory: MemoryHandle
  ) -> Bool {
    var table = root.address
    for above in (level..<root.shape.levels).reversed() {
      guard
        let slots = try? root.slots(
          Format.self, of: table, level: above, from: address, to: address &+ 1, memory)
      else { return false }
      let entry = slots.run[0]
      guard Format.isPresent(entry), Format.isTable(entry, level: above) else { return false }
      table = Format.address(entry)
      guard above == level else { continue }
      let count = 1 << Int(Format.indexBits)
      guard level == 1, frames.holdsTable(table),
        let run = root.placement.words(at: table, most: count, memory), run.count == count
      else { return false }
      for number in 0..<count
      where !Format.isPresent(run[number]) || Format.isGrouped(run[number], level: 0) {
        return false
      }
      slots.run[0] = page
      run.fill(from: 0, count, first: 0, step: 0)
      frames.give(table)
    }
    return true
  }
}
