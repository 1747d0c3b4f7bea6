import Testing

@testable import Paging

@Suite("Walks between the stores of an edit")
struct LiveWalkTests {
  /// One access and what it came to.
  private struct Sight {
    let address: UInt64
    let kind: Access.Kind
    let outcome: TableWalker.Outcome
  }

  private struct Probe: Hashable {
    let address: UInt64
    let kind: Access.Kind
  }

  private func look(
    _ walker: TableWalker, _ probes: [Probe], _ memory: inout PhysicalMemory
  ) -> [Sight] {
    probes.compactMap { probe in
      guard let outcome = try? walker.walk(probe.address, probe.kind, &memory) else { return nil }
      return Sight(address: probe.address, kind: probe.kind, outcome: outcome)
    }
  }

  /// The edits, each with what has to be done before; `l` is a large page and `s` a small one.
  static func edits(
    _ l: UInt64, _ s: UInt64, _ group: UInt64?
  ) -> [(name: String, before: LiveChange?, change: LiveChange)] {
    var readOnly = EditedTables.attributes
    readOnly.write = false
    func range(_ kind: TableEdit.Kind, _ range: Range<UInt64>) -> LiveChange {
      .range(TableEdit(kind: kind, range: range))
    }
    let split = LiveChange.split(at: l + s, pageBytes: s, .all)
    let some = l + s..<l + 4 * s
    var edits: [(String, LiveChange?, LiveChange)] = [
      ("split", nil, split),
      ("split for one", nil, .split(at: l + s, pageBytes: s, .one)),
      ("collapse", split, .collapse(at: l, pageBytes: l, .inPlace)),
      ("zap", split, .collapse(at: l, pageBytes: l, .zap)),
      ("remap", nil, .remap(at: l, target: 2 * l, EditedTables.attributes)),
      ("remap small", split, .remap(at: l + s, target: 2 * l, EditedTables.attributes)),
      ("remap read-only", nil, .remap(at: l, target: 3 * l, readOnly)),
      ("unmap part", nil, range(.unmap, some)),
      ("unmap", split, range(.unmap, some)),
      ("protect part", nil, range(.protect(readOnly), some)),
      ("protect", split, range(.protect(readOnly), some)),
      ("age", split, range(.age, some)),
      ("age large", nil, range(.age, some)),
      ("clean", split, range(.clean, some)),
      (
        "map", .split(at: l + s, pageBytes: s, .one),
        range(.map(target: 2 * l, EditedTables.attributes, pageBytes: s), l + 2 * s..<l + 6 * s)
      ),
      (
        "map with tables", nil,
        range(.map(target: 4 * l, EditedTables.attributes, pageBytes: s), 0..<3 * s)
      ),
      (
        "map in two tables", .split(at: l + s, pageBytes: s, .one),
        range(.map(target: 4 * l, EditedTables.attributes, pageBytes: s), l - s..<l + s)
      ),
    ]
    if let group {
      edits.append(("ungroup", nil, .split(at: 4 * l + s, pageBytes: s, .all)))
      edits.append(("unmap part of a group", nil, range(.unmap, 4 * l + s..<4 * l + group)))
    }
    return edits
  }

  @Test("Every walk sees the old or the new translation, or a break", arguments: EditedTables.names)
  func betweenStores(name: String) throws {
    let model = try EditedTables(name, framesPerLevel: 6)
    let s = model.shape.pageSizes[0]
    let l = model.shape.pageSizes[1]
    let group = model.shape.groupSizes.first
    let places = [
      l, l + s, l + 2 * s + 8, l + 3 * s, l + 4 * s, 2 * l - 8, 4 * l + s, 4 * l + 2 * s, 0,
    ]
    let probes = places.flatMap { address in
      [Access.Kind.read, .write].map { Probe(address: address, kind: $0) }
    }
    for breaking in [LiveOptions.Breaking.whereDemanded, .always] {
      for (title, before, change) in Self.edits(l, s, group) {
        var tables = try EditedTables(name, framesPerLevel: 6)
        var clean = EditedTables.attributes
        clean.isDirty = false
        clean.isAccessed = false
        try tables.map(l, to: 3 * l, l, clean)
        if let group { try tables.map(4 * l, to: 5 * l, group, clean) }
        if let before { _ = try tables.perform(before) }
        let walker = try TableWalker(tables)
        if title == "clean" { _ = look(walker, probes, &tables.memory) }
        // Reads alone: writes would set the flags that a later test looks for.
        let reads = probes.filter { $0.kind == .read }
        var old: [Probe: TableWalker.Outcome] = [:]
        for sight in look(walker, reads, &tables.memory) {
          old[Probe(address: sight.address, kind: .read)] = sight.outcome
        }
        // What a write may do follows from the same entries.
        var scratch = try tables.copiedMemory()
        for sight in look(walker, probes.filter { $0.kind == .write }, &scratch) {
          old[Probe(address: sight.address, kind: .write)] = sight.outcome
        }

        var sights: [[Sight]] = []
        var onlooker = Onlooker()
        onlooker.look = { memory, _ in sights.append(look(walker, probes, &memory)) }
        var options = LiveOptions()
        options.splitsPages = true
        options.breaking = breaking
        let edit = try tables.perform(change, options, &onlooker)
        #expect(edit.stores > 0)
        #expect(onlooker.stores.count == edit.stores)

        var new: [Probe: TableWalker.Outcome] = [:]
        for sight in look(walker, probes, &tables.memory) {
          new[Probe(address: sight.address, kind: sight.kind)] = sight.outcome
        }
        // A break is an entry that is cleared and written again.
        var cleared: Set<UInt64> = []
        var breaks = false
        for store in onlooker.stores {
          if store.new == 0 { cleared.insert(store.place) }
          if store.new != 0, cleared.contains(store.place) { breaks = true }
        }
        #expect(!breaks || tables.isa == .arm || breaking == .always, "\(title)")
        for sight in sights.joined() {
          let probe = Probe(address: sight.address, kind: sight.kind)
          let isSeen = sight.outcome == old[probe] || sight.outcome == new[probe]
          #expect(
            isSeen || breaks && sight.outcome == .missing,
            "\(name) \(title) \(probe): \(sight.outcome)")
        }
        // The pages that the edit leaves as they are have lost no write.
        guard !title.hasPrefix("remap"), title != "clean" else { continue }
        for sight in sights.joined() where sight.kind == .write {
          let probe = Probe(address: sight.address, kind: .write)
          guard case .arrives = sight.outcome, new[probe] == sight.outcome else { continue }
          #expect(tables.page(at: sight.address)?.attributes.isDirty == true, "\(title)")
        }
      }
    }
  }

  @Test(
    "Flags that are set before a block is split are its children's", arguments: EditedTables.names)
  func earlyFlags(name: String) throws {
    for breaking in [LiveOptions.Breaking.whereDemanded, .always] {
      var tables = try EditedTables(name, framesPerLevel: 4)
      let small = tables.shape.pageSizes[0]
      let large = tables.shape.pageSizes[1]
      var clean = EditedTables.attributes
      clean.isDirty = false
      clean.isAccessed = false
      try tables.map(large, to: 0, large, clean)
      let walker = try TableWalker(tables)
      var outcomes: [TableWalker.Outcome?] = []
      var onlooker = Onlooker()
      onlooker.look = { memory, moment in
        guard moment == .filled else { return }
        outcomes.append(try? walker.walk(large + 3 * small, .write, &memory))
      }
      var options = LiveOptions()
      options.breaking = breaking
      _ = try tables.perform(.split(at: large, pageBytes: small, .all), options, &onlooker)
      #expect(outcomes == [.arrives(HostPhysical(3 * small))])
      let page = tables.page(at: large + 3 * small)
      #expect(page?.attributes.isDirty == true)
      #expect(page?.attributes.isAccessed == true)
    }
  }

  @Test(
    "Flags that a cached table still takes are not lost by a collapse",
    arguments: EditedTables.names)
  func lateFlags(name: String) throws {
    var tables = try EditedTables(name, framesPerLevel: 4)
    let small = tables.shape.pageSizes[0]
    let large = tables.shape.pageSizes[1]
    var clean = EditedTables.attributes
    clean.isDirty = false
    clean.isAccessed = false
    try tables.map(large, to: 0, large, clean)
    _ = try tables.perform(.split(at: large, pageBytes: small, .all))
    // The word of a page that is accessed and dirty, as a walk leaves it.
    try tables.map(0, to: 0, small)
    let dirty = try #require(tables.page(at: 0)?.entry)
    let child = try #require(tables.page(at: large + 5 * small)?.entry)
    let word = dirty | UInt64(child) & ~(small - 1) & 0x0000_ffff_ffff_f000
    let isRISCV = tables.isa == .riscv
    let table = try #require(try tables.place(of: large, level: 0)).0.table

    var onlooker = Onlooker()
    onlooker.look = { memory, moment in
      guard moment == .stored else { return }
      let flagged = isRISCV ? child | dirty & 0xff : word
      memory.store(flagged, at: HostPhysical(table + 5 * 8))
    }
    _ = try tables.perform(
      .collapse(at: large, pageBytes: large, .inPlace), LiveOptions(), &onlooker)
    let page = tables.page(at: large)
    #expect(page?.bytes == large)
    #expect(page?.attributes.isDirty == true)
    #expect(page?.attributes.isAccessed == true)
  }
}
