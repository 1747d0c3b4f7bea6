extension StageTables {
  /// Maps one page where nothing refuses it and its table is there already, as after most faults.
  ///
  /// Whatever is not so simple is left to the plan, which says what is wrong with it. It changes no
  /// property, but is called so often that the copy of one that does not would count.
  mutating func mapOne<Format: EditableFormat>(
    _: Format.Type, _ address: UInt64, to target: UInt64, _ template: PageTemplate,
    _ memory: MemoryHandle
  ) -> Bool {
    let leaf = template.level
    let page = template.entry
    guard (address | target) & ((1 &<< Format.shift(leaf)) &- 1) == 0,
      target &>> UInt64(Format.addressBits) == 0
    else { return false }
    // Tables that lie at their own addresses are read as a walk reads them.
    guard root.placement.distance == 0,
      let table = PlainPath<Format>.table(
        ofLevel: leaf, for: address, root.address, levels: root.shape.levels, memory.tables)
    else {
      return mapOneElsewhere(Format.self, address, to: target, page, leaf: leaf, memory)
    }
    let mask: UInt64 = leaf == root.shape.levels &- 1 ? ~0 : (1 &<< Format.indexBits) &- 1
    let place = table &+ ((address &>> Format.shift(leaf)) & mask) &* 8
    guard let entry = memory.read(place), !Format.isPresent(entry), !Format.isRevoked(entry) else {
      return false
    }
    return memory.write(place, page | Format.addressField(target))
  }

  /// The same where each table's place has to be looked up.
  @inline(never)
  private func mapOneElsewhere<Format: EditableFormat>(
    _: Format.Type, _ address: UInt64, to target: UInt64, _ page: UInt64, leaf: Int,
    _ memory: MemoryHandle
  ) -> Bool {
    var table = root.address
    var level = root.shape.levels &- 1
    while true {
      guard
        let slots = try? root.slots(
          Format.self, of: table, level: level, from: address, to: address &+ 1, memory)
      else { return false }
      let entry = slots.run[0]
      if level == leaf {
        guard !Format.isPresent(entry), !Format.isRevoked(entry) else { return false }
        slots.run[0] = page | Format.addressField(target)
        return true
      }
      guard Format.isPresent(entry), Format.isTable(entry, level: level) else { return false }
      table = Format.address(entry)
      level &-= 1
    }
  }

  /// Looks at what a mapping would meet, refuses what is in its way, and counts the tables to make.
  func survey<Format: EditableFormat>(
    _: Format.Type, _ plan: MapPlan, _ table: UInt64, level: Int, _ from: UInt64, _ to: UInt64,
    _ memory: MemoryHandle
  ) throws(TableError) -> Int {
    var needed = 0
    var at = from
    while at < to {
      let slots = try root.slots(Format.self, of: table, level: level, from: at, to: to, memory)
      for number in 0..<slots.run.count {
        let entry = slots.run[number]
        let part = slots.part(number, from: at, to: to)
        let holdsPage = plan.allows(level) && slots.isWhole(part)
        guard Format.isPresent(entry) else {
          if Format.isRevoked(entry) {
            throw .alreadyMapped(address: root.widened(part.from), entry: entry)
          }
          if !holdsPage {
            needed +=
              1 + plan.tablesBelow(Format.self, level: level &- 1, part.from, part.to)
          }
          continue
        }
        guard Format.isTable(entry, level: level) else {
          throw .alreadyMapped(address: root.widened(part.from), entry: entry)
        }
        let child = Format.address(entry)
        if holdsPage { throw .tableInTheWay(address: root.widened(part.from), table: child) }
        needed += try survey(
          Format.self, plan, child, level: level &- 1, part.from, part.to, memory)
      }
      at = slots.end
    }
    return needed
  }

  /// Maps a range in tables that have been found to take it.
  ///
  /// A table is complete before the entry that leads to it is written, so that a walk in between sees
  /// either nothing or all of it.
  mutating func map<Format: EditableFormat>(
    _: Format.Type, _ plan: MapPlan, _ table: UInt64, level: Int, _ from: UInt64, _ to: UInt64,
    _ memory: MemoryHandle, _ summary: inout EditSummary
  ) throws(TableError) {
    let span: UInt64 = 1 &<< Format.shift(level)
    var at = from
    while at < to {
      let slots = try root.slots(Format.self, of: table, level: level, from: at, to: to, memory)
      let run = slots.run
      var number = 0
      while number < run.count {
        let part = slots.part(number, from: at, to: to)
        if plan.allows(level), slots.isWhole(part) {
          let whole = Int(truncatingIfNeeded: (to &- part.from) &>> slots.shift)
          let length = min(run.count &- number, whole)
          let target = part.from &+ plan.distance
          if let shared = plan.sharedBytes {
            for place in 0..<length {
              let own = target &+ UInt64(place) &* span
              run[number &+ place] =
                plan.page(level) | Format.addressField(own & ~(shared &- 1))
            }
          } else {
            run.fill(
              from: number, length, first: plan.page(level) | Format.addressField(target),
              step: Format.addressField(span))
          }
          summary.pages += length
          number += length
          continue
        }
        let entry = run[number]
        if Format.isPresent(entry) {
          try map(
            Format.self, plan, Format.address(entry), level: level &- 1, part.from, part.to, memory,
            &summary)
        } else {
          let child = try makeTable(
            isFilled: plan.allows(level &- 1) && slots.isWhole(part), memory)
          try map(
            Format.self, plan, child, level: level &- 1, part.from, part.to, memory, &summary)
          run[number] = plan.table | Format.addressField(child)
          summary.tablesAdded += 1
        }
        number += 1
      }
      at = slots.end
    }
  }

  /// An empty table; one whose entries will all be written at once may be left as it is.
  mutating func makeTable(
    isFilled: Bool, _ memory: MemoryHandle
  ) throws(TableError) -> UInt64 {
    guard let frame = frames.take() else { throw .outOfFrames(needed: 1, free: 0) }
    if !isFilled {
      try Self.visit(frame, bytes: frames.frameBytes, root.placement, memory) {
        $0.fill(from: 0, $0.count, first: 0, step: 0)
      }
    }
    return frame
  }
}
