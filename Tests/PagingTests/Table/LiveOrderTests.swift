import Testing

@testable import Paging

@Suite("The order of an edit")
struct LiveOrderTests {
  /// Edits that free tables, each of a page of `l` bytes at `l` that was split into pages of `s`.
  private static func edits(
    _ l: UInt64, _ s: UInt64
  ) -> [(name: String, change: LiveChange)] {
    [
      ("collapse", .collapse(at: l, pageBytes: l, .inPlace)),
      ("zap", .collapse(at: l, pageBytes: l, .zap)),
      ("unmap", .range(TableEdit(kind: .unmap, range: l..<2 * l))),
    ]
  }

  @Test(
    "A table is unlinked, then caches are told, and only then its frame is free",
    arguments: EditedTables.names)
  func freedLast(name: String) throws {
    let model = try EditedTables(name, framesPerLevel: 4)
    let s = model.shape.pageSizes[0]
    let l = model.shape.pageSizes[1]
    for breaking in [LiveOptions.Breaking.whereDemanded, .always] {
      for (title, change) in Self.edits(l, s) {
        var tables = try EditedTables(name, framesPerLevel: 4)
        try tables.map(l, to: 3 * l, l)
        _ = try tables.perform(.split(at: l, pageBytes: s, .all))
        let used = tables.tables.frames.used
        let (leaf, _) = try #require(try tables.place(of: l, level: 0))
        let (link, isTable) = try #require(try tables.place(of: l, level: 1))
        #expect(isTable)
        var options = LiveOptions()
        options.breaking = breaking
        var onlooker = Onlooker()
        let edit = try tables.perform(change, options, &onlooker)

        let events = onlooker.events
        let start = tables.tables.root.widened(l)
        let unlinked = events.firstIndex {
          if case .stored(link.address, _, _) = $0 { true } else { false }
        }
        let freed = events.firstIndex { if case .freed = $0 { true } else { false } }
        let first = try #require(unlinked)
        let last = try #require(freed)
        #expect(first < last, "\(title)")
        // What caches are told in between is all that the table mapped, and tables too.
        var told: UInt64 = 0
        for event in events[first..<max(first, last)] {
          guard case .invalidated(let scope) = event, scope.need == .required,
            scope.levels == .all, scope.address >= start, scope.address < start + l
          else { continue }
          told += scope.bytes
        }
        #expect(told >= l, "\(title)")
        let count = events.count { if case .freed = $0 { true } else { false } }
        #expect(events.contains(.freed(leaf.table)), "\(title)")
        #expect(count == edit.summary.tablesFreed)
        #expect(tables.tables.frames.used == used + edit.summary.tablesAdded - count)
      }
    }
  }

  @Test("A break comes with its invalidation before the entry is made anew")
  func brokenFirst() throws {
    for name in EditedTables.names where name.hasPrefix("arm") {
      let model = try EditedTables(name, framesPerLevel: 4)
      let s = model.shape.pageSizes[0]
      let l = model.shape.pageSizes[1]
      for change in [
        LiveChange.split(at: l, pageBytes: s, .all),
        .remap(at: l, target: 5 * l, EditedTables.attributes),
      ] {
        var tables = try EditedTables(name, framesPerLevel: 4)
        try tables.map(l, to: 3 * l, l)
        let (place, _) = try #require(try tables.place(of: l, level: 1))
        var onlooker = Onlooker()
        _ = try tables.perform(change, LiveOptions(), &onlooker)
        #expect(onlooker.events.count == 3)
        guard onlooker.events.count == 3,
          case .stored(place.address, let old, 0) = onlooker.events[0],
          case .invalidated(let scope) = onlooker.events[1],
          case .stored(place.address, 0, let new) = onlooker.events[2]
        else {
          Issue.record("\(name): \(onlooker.events)")
          continue
        }
        #expect(old != 0 && new != 0 && old != new)
        #expect(scope.need == .required && scope.bytes == l)
      }
    }
  }
}
