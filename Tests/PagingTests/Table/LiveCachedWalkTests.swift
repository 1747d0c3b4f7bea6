import Testing

@testable import Paging

@Suite("Walks through caches between the stores of an edit")
struct LiveCachedWalkTests {
  /// Caches that closures share.
  private final class Core {
    var caches: TranslationCaches

    init(_ model: CoreModel) { caches = TranslationCaches(model) }
  }

  private struct Probe: Hashable {
    let address: UInt64
    let kind: Access.Kind
  }

  private typealias Sights = [(probe: Probe, outcome: TableWalker.Outcome)]

  @Test(
    "They see the old or the new translation, or a break, and once all is told the new one alone",
    arguments: EditedTables.names)
  func betweenStores(name: String) throws {
    for breaking in [LiveOptions.Breaking.whereDemanded, .always] {
      let shape = try EditedTables(name, framesPerLevel: 6).shape
      let sizes = shape.pageSizes
      for edit in LiveWalkTests.edits(sizes[1], sizes[0], shape.groupSizes.first) {
        for model in CoreModel.roomyForTests {
          // What was only read has no dirty flag yet, and what was written has.
          for isWritten in [false, true] {
            try check(name, edit, model, breaking, isWritten: isWritten)
          }
        }
      }
    }
  }

  private func check(
    _ name: String, _ edit: (name: String, before: LiveChange?, change: LiveChange),
    _ model: CoreModel, _ breaking: LiveOptions.Breaking, isWritten: Bool
  ) throws {
    var tables = try EditedTables(name, framesPerLevel: 6)
    let s = tables.shape.pageSizes[0]
    let l = tables.shape.pageSizes[1]
    var clean = EditedTables.attributes
    clean.isDirty = false
    clean.isAccessed = false
    try tables.map(l, to: 3 * l, l, clean)
    if let group = tables.shape.groupSizes.first { try tables.map(4 * l, to: 5 * l, group, clean) }
    if let before = edit.before { _ = try tables.perform(before) }
    let walker = try TableWalker(tables)
    let core = Core(model)
    let probes = [
      l, l + s, l + 2 * s + 8, l + 3 * s, l + 4 * s, 2 * l - 8, 4 * l + s, 4 * l + 2 * s, 0,
    ].flatMap { address in
      [Access.Kind.read, .write].map { Probe(address: address, kind: $0) }
    }
    /// What the probes come to through the caches.
    func look(_ memory: inout PhysicalMemory) -> Sights {
      probes.compactMap { probe in
        let outcome = try? walker.walk(probe.address, probe.kind, &memory, &core.caches)
        return outcome.map { (probe, $0) }
      }
    }
    var scratch = try tables.copiedMemory()
    var old: [Probe: TableWalker.Outcome] = [:]
    for probe in probes {
      old[probe] = try walker.walk(probe.address, probe.kind, &scratch)
      if isWritten || probe.kind == .read {
        _ = try walker.walk(probe.address, probe.kind, &tables.memory, &core.caches)
      }
    }

    var sights: [Sights] = []
    var onlooker = Onlooker()
    onlooker.look = { memory, _ in sights.append(look(&memory)) }
    onlooker.tell = { invalidation in
      guard invalidation.need == .required else { return }
      try? walker.tell(&core.caches, of: invalidation)
    }
    var options = LiveOptions()
    options.splitsPages = true
    options.breaking = breaking
    _ = try tables.perform(edit.change, options, &onlooker)
    let title = "\(name) \(edit.name) \(model.name)"

    // The frames that are free have new owners.
    for case .freed(let frame) in onlooker.events {
      for offset in stride(from: 0, to: s, by: 8) {
        tables.memory.store(0, at: HostPhysical(frame + offset))
      }
    }
    let found = look(&tables.memory)
    var new: [Probe: TableWalker.Outcome] = [:]
    for probe in probes {
      new[probe] = try walker.walk(probe.address, probe.kind, &tables.memory)
    }
    #expect(found.count == probes.count)
    for sight in found { #expect(sight.outcome == new[sight.probe], "\(title) \(sight.probe)") }

    var cleared: Set<UInt64> = []
    var breaks = false
    for store in onlooker.stores {
      if store.new == 0 { cleared.insert(store.place) }
      if store.new != 0, cleared.contains(store.place) { breaks = true }
    }
    for sight in sights.joined() {
      let isSeen = sight.outcome == old[sight.probe] || sight.outcome == new[sight.probe]
      #expect(
        isSeen || breaks && sight.outcome == .missing, "\(title) \(sight.probe): \(sight.outcome)")
    }
    // The pages that the edit leaves as they are have lost no write, whatever a TLB let through.
    guard !edit.name.hasPrefix("remap"), edit.name != "clean" else { return }
    for sight in sights.joined() where sight.probe.kind == .write {
      guard case .arrives = sight.outcome, new[sight.probe] == sight.outcome else { continue }
      #expect(
        tables.page(at: sight.probe.address)?.attributes.isDirty == true, "\(title) \(sight.probe)")
    }
  }
}
