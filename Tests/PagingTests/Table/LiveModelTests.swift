import Guests
import Testing

@testable import Paging

@Suite("Live edits against a flat list of pages")
struct LiveModelTests {
  private struct Counts {
    var done = 0
    var refused = 0
    var splits = 0
    var collapses = 0
    var partial = 0
  }

  @Test("Random live edits leave what a flat list says", arguments: EditedTables.names)
  func randomEdits(name: String) throws {
    var tables = try EditedTables(name, framesPerLevel: 60)
    var flat = LivePages(tables.shape, tables.isa)
    var random = SplitMix64(seed: 0x11fe)
    var counts = Counts()
    let shape = tables.shape
    let small = shape.pageSizes[0]
    let large = shape.pageSizes[1]
    let sizes = shape.pageSizes.filter { $0 <= 1 << 30 }
    let pivot: UInt64 = 1 << UInt64(shape.shift(ofLevel: shape.levels - 1))
    let window = pivot - min(pivot, 2 * large)..<pivot + 2 * large

    var lastSplit: (address: UInt64, bytes: UInt64)?
    for step in 0..<400 {
      if flat.pages.count > 20_000 || step % 60 == 59 {
        let all: Range<UInt64> = 0..<1 << UInt64(shape.inputBits)
        _ = try tables.perform(.range(TableEdit(kind: .unmap, range: all, skipsHoles: true)))
        flat.unmap(all)
        #expect(tables.dump == "0-\(shape.rootEntries - 1): 0")
      }
      var attributes = EditedTables.attributes
      attributes.write = Bool.random(using: &random)
      attributes.isDirty = attributes.write && Bool.random(using: &random)
      attributes.isAccessed = Bool.random(using: &random)
      // An address in a page that is mapped, or anywhere near.
      var address = UInt64.random(in: window, using: &random) & ~(small - 1)
      // Large pages are few beside what one of them falls apart into.
      let largePages = flat.pages.filter { $0.bytes >= large }
      let choice = Int.random(in: 0..<6, using: &random)
      if let page = (choice < 3 ? largePages : choice < 5 ? flat.pages : []).randomElement(
        using: &random)
      {
        address = page.start + UInt64.random(in: 0..<page.bytes / small, using: &random) * small
      }
      let length = UInt64.random(in: 1...6, using: &random) * small
      let range = address..<address + length
      var next = flat
      var expected = true
      let change: LiveChange
      switch lastSplit == nil ? Int.random(in: 0..<14, using: &random) : 5 {
      case 0...2:
        let groups = shape.groupSizes.filter { $0 <= large }
        let bytes = (sizes + [large, large] + groups).randomElement(using: &random) ?? small
        let start = address & ~(bytes - 1)
        let count = UInt64.random(in: 1...2, using: &random)
        let target = UInt64.random(in: 0..<16, using: &random) * max(bytes, large)
        let place = start..<start + count * bytes
        change = .range(
          TableEdit(
            kind: .map(target: target, attributes, pageBytes: bytes), range: place))
        // An empty table that a zap left behind is in the way too.
        expected = try flat.pages(in: place).isEmpty && !hasTable(tables, place, bytes)
        if expected { next.map(place, to: target, attributes, bytes) }
      case 3, 4:
        let bytes = sizes.randomElement(using: &random) ?? small
        let children: SplitChildren = Int.random(in: 0..<3, using: &random) == 0 ? .one : .all
        change = .split(at: address, pageBytes: bytes, children)
        expected = (flat.page(at: address)?.bytes ?? 0) > bytes
        if expected { next.split(address, to: bytes, children) }
        if expected {
          counts.splits += 1
          // Often undone at once, before another edit makes that impossible.
          let above = sizes.first { $0 > bytes } ?? large
          lastSplit = Bool.random(using: &random) ? (address, above) : nil
        }
      case 5, 6:
        var bytes = sizes.dropFirst().randomElement(using: &random) ?? large
        if let split = lastSplit {
          address = split.address
          bytes = split.bytes
        }
        lastSplit = nil
        let place = address & ~(bytes - 1)..<address & ~(bytes - 1) + bytes
        change = .collapse(at: address, pageBytes: bytes, .inPlace)
        expected = (flat.page(at: address)?.bytes ?? 0) < bytes && next.collapse(place)
        if expected { counts.collapses += 1 }
      case 7:
        let bytes = large
        let place = address & ~(bytes - 1)..<address & ~(bytes - 1) + bytes
        change = .collapse(at: address, pageBytes: bytes, .zap)
        expected = try hasTable(tables, place, bytes)
        if expected { next.unmap(place) }
      case 8:
        let bytes = flat.page(at: address)?.bytes ?? small
        let target = UInt64.random(in: 0..<16, using: &random) * bytes
        change = .remap(at: address, target: target, attributes)
        expected = flat.page(at: address) != nil && shape.level(ofPageBytes: bytes) != nil
        next.remap(address, to: target, attributes)
      case 9, 10:
        let skips = Bool.random(using: &random)
        change = .range(TableEdit(kind: .unmap, range: range, skipsHoles: skips))
        expected = skips || flat.covers(range)
        counts.partial += cut(&next, range)
        next.unmap(range)
      case 11:
        change = .range(TableEdit(kind: .protect(attributes), range: range, skipsHoles: true))
        counts.partial += cut(&next, range)
        next.change(range) { old in
          let gainsWrite = attributes.write && !old.write
          old.write = attributes.write
          old.executeUser = attributes.executeUser
          old.executeSupervisor = attributes.executeSupervisor
          old.user = attributes.user
          if gainsWrite { old.isDirty = true }
        }
      case 12:
        change = .range(TableEdit(kind: .age, range: range, skipsHoles: true))
        next.change(range) { $0.isAccessed = false }
      default:
        change = .range(TableEdit(kind: .clean, range: range, skipsHoles: true))
        next.change(range) { $0.isDirty = false }
      }

      var options = LiveOptions()
      options.splitsPages = true
      options.breaking = Bool.random(using: &random) ? .whereDemanded : .always
      let used = tables.tables.frames.used
      let before = expected ? [] : tables.words()
      do {
        let edit = try tables.perform(change, options)
        #expect(expected, "\(name): \(change)")
        #expect(
          used + edit.summary.tablesAdded - edit.summary.tablesFreed == tables.tables.frames.used)
        flat = next
        counts.done += 1
      } catch {
        #expect(!expected, "\(name): \(change): \(error)")
        if !expected { #expect(tables.words() == before, "\(name): \(change) \(error)") }
        #expect(tables.tables.frames.used == used)
        counts.refused += 1
      }
      check(tables, flat, window, &random)
    }
    #expect(counts.done > 80)
    #expect(counts.refused > 20)
    #expect(counts.splits > 2)
    #expect(counts.collapses > 0)
    #expect(counts.partial > 3)
  }

  /// Cuts the pages that a range ends in, and counts them.
  private func cut(_ flat: inout LivePages, _ range: Range<UInt64>) -> Int {
    let before = flat.pages.count
    flat.split(range.lowerBound, to: nil, .all)
    flat.split(range.upperBound, to: nil, .all)
    return flat.pages.count == before ? 0 : 1
  }

  /// Whether the entry of a page of a size leads to a table somewhere in a range.
  private func hasTable(
    _ tables: borrowing EditedTables, _ range: Range<UInt64>, _ bytes: UInt64
  ) throws -> Bool {
    guard let leaf = tables.shape.leaf(ofPageBytes: bytes), leaf.level > 0 else { return false }
    let step = 1 << tables.shape.shift(ofLevel: leaf.level)
    for address in stride(from: range.lowerBound, to: range.upperBound, by: step) {
      if let (place, isTable) = try tables.place(of: address, level: leaf.level), isTable,
        place.level == leaf.level
      {
        return true
      }
    }
    return false
  }

  private func check(
    _ tables: borrowing EditedTables, _ flat: LivePages, _ window: Range<UInt64>,
    _ random: inout SplitMix64
  ) {
    // A run of pages in full, and others here and there.
    let start = flat.pages.isEmpty ? 0 : Int.random(in: 0..<flat.pages.count, using: &random)
    var pages = Array(flat.pages[start..<min(start + 40, flat.pages.count)])
    for _ in 0..<40 {
      if let page = flat.pages.randomElement(using: &random) { pages.append(page) }
    }
    for page in pages {
      for address in [page.start, page.end - 1] {
        let found = tables.page(at: address)
        // No expectations: a million of them take their time even where they hold.
        if found?.address != page.target + (address - page.start) || found?.bytes != page.bytes
          || found?.attributes != page.attributes
        {
          Issue.record("\(page) is \(String(describing: found))")
        }
      }
    }
    for _ in 0..<40 {
      let address = UInt64.random(in: window, using: &random)
      if (tables.page(at: address) == nil) != (flat.page(at: address) == nil) {
        Issue.record("\(hex(address)) is mapped in one and not in the other")
      }
    }
  }
}
