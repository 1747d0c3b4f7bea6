/// A store of one entry that running walks can see.
struct EntryStore {
  /// Where the entry lies, in the space that the tables live in.
  let place: UInt64
  /// The level, counted from the leaf.
  let level: Int
  /// The entry before and after.
  let old: UInt64
  let new: UInt64
}

/// Who looks on while tables are edited, and may walk through them.
protocol EditObserver {
  /// A table has been filled and nothing leads to it yet.
  mutating func filled(_ table: UInt64, in memory: inout PhysicalMemory)
  /// An entry has been stored.
  mutating func stored(_ store: EntryStore, in memory: inout PhysicalMemory)
  /// Caches are told, and have obeyed when this returns.
  mutating func invalidate(_ invalidation: Invalidation)
  /// The frame of a table that nothing leads to is free to be used again.
  mutating func freed(_ table: UInt64)
}

/// Nobody.
struct NoEditObserver: EditObserver {
  mutating func filled(_ table: UInt64, in memory: inout PhysicalMemory) {}
  mutating func stored(_ store: EntryStore, in memory: inout PhysicalMemory) {}
  mutating func invalidate(_ invalidation: Invalidation) {}
  mutating func freed(_ table: UInt64) {}
}
