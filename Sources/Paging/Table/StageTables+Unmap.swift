extension StageTables {
  /// Unmaps a range in tables that have been found to allow it, frees the tables that become empty, and
  /// says whether this one has.
  ///
  /// An entry is cleared before the table that it led to is freed.
  mutating func unmap<Format: EditableFormat>(
    _: Format.Type, _ table: UInt64, level: Int, _ from: UInt64, _ to: UInt64,
    _ memory: MemoryHandle, _ summary: inout EditSummary
  ) throws(TableError) -> Bool {
    var at = from
    while at < to {
      let slots = try root.slots(Format.self, of: table, level: level, from: at, to: to, memory)
      for number in 0..<slots.run.count {
        let entry = slots.run[number]
        guard Format.isPresent(entry) else {
          if Format.isRevoked(entry) {
            slots.run[number] = 0
            summary.pages += 1
          }
          continue
        }
        guard Format.isTable(entry, level: level) else {
          slots.run[number] = 0
          summary.pages += 1
          continue
        }
        let child = Format.address(entry)
        let part = slots.part(number, from: at, to: to)
        let isEmpty = try unmap(
          Format.self, child, level: level &- 1, part.from, part.to, memory, &summary)
        if isEmpty {
          slots.run[number] = 0
          frames.give(child)
          summary.tablesFreed += 1
        }
      }
      at = slots.end
    }
    guard table != root.address else { return false }
    return try isZero(table, memory)
  }

  private func isZero(_ table: UInt64, _ memory: MemoryHandle) throws(TableError) -> Bool {
    var isZero = true
    try Self.visit(table, bytes: root.shape.tableBytes, root.placement, memory) {
      if isZero { isZero = $0.isZero }
    }
    return isZero
  }
}
