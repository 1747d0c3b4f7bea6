extension StageRoot {
  /// The entry of an address whose rights were taken away, and its level.
  func revoked<Format: EditableFormat>(
    _ address: UInt64, _: Format.Type, _ memory: MemoryHandle
  ) -> (slots: TableSlots, level: Int)? {
    var table = self.address
    for level in (0..<shape.levels).reversed() {
      guard
        let slots = try? slots(
          Format.self, of: table, level: level, from: address, to: address &+ 1, memory)
      else { return nil }
      let entry = slots.run[0]
      if Format.isRevoked(entry) { return (slots, level) }
      guard Format.isPresent(entry), Format.isTable(entry, level: level) else { return nil }
      table = Format.address(entry)
    }
    return nil
  }

  /// Gives an entry its rights back, and says whether it had lost any.
  func restore<Format: EditableFormat>(
    _ address: UInt64, _: Format.Type, _ memory: MemoryHandle
  ) -> Bool {
    guard let found = revoked(address, Format.self, memory) else { return false }
    found.slots.run[0] = Format.restored(found.slots.run[0])
    return true
  }
}
