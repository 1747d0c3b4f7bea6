import Guests
import Testing

@testable import Paging

@Suite("Tables against a flat list of pages")
struct TableModelTests {
  /// Random edits around the boundary between the root's first two entries.
  private struct Edits {
    var random: SplitMix64
    let shape: TableShape
    let isGuest: Bool
    let isa: ISA
    let pivot: UInt64

    init(_ tables: borrowing EditedTables, seed: UInt64) {
      random = SplitMix64(seed: seed)
      shape = tables.shape
      isGuest = tables.isGuest
      isa = tables.isa
      pivot = 1 << UInt64(shape.shift(ofLevel: shape.levels - 1))
    }

    mutating func attributes() -> PageAttributes {
      var attributes = PageAttributes()
      attributes.read = true
      attributes.write = Bool.random(using: &random)
      let execute = Bool.random(using: &random)
      attributes.executeUser = execute
      attributes.executeSupervisor = execute
      attributes.user = !isGuest || Bool.random(using: &random)
      attributes.isAccessed = Bool.random(using: &random)
      attributes.isDirty = Bool.random(using: &random)
      return attributes
    }

    /// A range of a few pages of some size, often at one that is mapped.
    mutating func range(_ flat: FlatPages) -> (Range<UInt64>, bytes: UInt64) {
      if let page = flat.pages.randomElement(using: &random),
        Int.random(in: 0..<2, using: &random) == 0
      {
        let last = flat.pages.last { $0.start < page.start + 8 * page.bytes } ?? page
        return (page.start..<last.end, page.bytes)
      }
      // Small pages are what tables are mostly made of.
      var sizes = shape.pageSizes
      sizes += [sizes[0], sizes[0]] + shape.groupSizes.filter { $0 < 1 << 30 }
      let bytes = sizes.randomElement(using: &random) ?? sizes[0]
      let length = UInt64.random(in: 1...(bytes == sizes[0] ? 40 : 3), using: &random) * bytes
      let reach = min(8 * sizes[min(1, sizes.count - 1)], pivot) / bytes
      let pages = reach == 0 ? 0 : UInt64.random(in: 0..<2 * reach, using: &random)
      let start = pivot / bytes * bytes + pages * bytes - reach * bytes
      return (start..<start + length, bytes)
    }
  }

  @Test("Random edits leave what a flat list says", arguments: EditedTables.names)
  func randomEdits(name: String) throws {
    // Few enough to run out of.
    var tables = try EditedTables(name, framesPerLevel: 2)
    var flat = FlatPages(tables.shape, tables.isa)
    var edits = Edits(tables, seed: 0x7ab1e)
    let rootFrames = tables.tables.frames.used
    var taken = 0
    var starved = 0
    var mapped = 0
    for _ in 0..<400 {
      if flat.pages.count > 120 { _ = try unmapAll(&tables, &flat) }
      let before = tables.words()
      let usedBefore = tables.tables.frames.used
      let (range, bytes) = edits.range(flat)
      let attributes = edits.attributes()
      var edit = TableEdit(kind: .unmap, range: range)
      var next = flat
      var expected: Int?
      switch Int.random(in: 0..<8, using: &edits.random) {
      case 0...3:
        let pageBytes = Bool.random(using: &edits.random) ? bytes : nil
        let target = UInt64.random(in: 0..<64, using: &edits.random) * bytes
        edit = TableEdit(
          kind: .map(target: target, attributes, pageBytes: pageBytes), range: range)
        if flat.pages.contains(where: { $0.overlaps(range) }) {
          taken += 1
        } else {
          next.map(range, to: target, attributes, pageBytes: pageBytes)
          if rootFrames + next.tables <= tables.tables.frames.total {
            expected = next.entries - flat.entries
          } else {
            starved += 1
          }
        }
      case 4:
        edit.skipsHoles = Bool.random(using: &edits.random)
        if !flat.cuts(range), edit.skipsHoles || flat.covers(range) {
          expected = next.unmap(range)
        }
      case 5:
        edit = TableEdit(kind: .protect(attributes), range: range, skipsHoles: true)
        if !flat.cuts(range) {
          expected = next.change(range) { old in
            let gainsWrite = attributes.write && !old.write
            old.write = attributes.write
            old.executeUser = attributes.executeUser
            old.executeSupervisor = attributes.executeSupervisor
            old.user = attributes.user
            if gainsWrite { old.isDirty = true }
          }
        }
      case 6:
        edit = TableEdit(kind: .age, range: range, skipsHoles: true)
        expected = next.change(range) { $0.isAccessed = false }
      default:
        edit = TableEdit(kind: .clean, range: range, skipsHoles: true)
        expected = next.change(range) { $0.isDirty = false }
      }

      do {
        let summary = try tables.perform(edit)
        #expect(summary.pages == expected, "\(name): \(edit)")
        #expect(
          usedBefore + summary.tablesAdded - summary.tablesFreed == tables.tables.frames.used)
        flat = next
        mapped += 1
      } catch {
        #expect(expected == nil, "\(name): \(edit): \(error)")
        #expect(tables.words() == before, "\(name): a refused edit has changed memory")
        #expect(tables.tables.frames.used == usedBefore)
      }
      #expect(tables.tables.frames.used == rootFrames + flat.tables)
      check(tables, flat, &edits)
    }
    #expect(mapped > 100)
    #expect(taken > 20)
    #expect(starved > 5)

    let dump = try unmapAll(&tables, &flat)
    #expect(dump == "0-\(tables.shape.rootEntries - 1): 0")
    #expect(tables.tables.frames.used == rootFrames)
  }

  /// Every page at its first and last byte, and as many addresses near by.
  private func check(_ tables: borrowing EditedTables, _ flat: FlatPages, _ edits: inout Edits) {
    for page in flat.pages {
      for address in [page.start, page.end - 1] {
        let found = tables.page(at: address)
        #expect(found?.address == page.target + (address - page.start))
        #expect(found?.bytes == page.bytes)
        #expect(found?.attributes == page.attributes)
      }
      let near = page.start &+ UInt64.random(in: 0..<3, using: &edits.random) &* page.bytes &- 1
      #expect((tables.page(at: near) == nil) == (flat.page(at: near) == nil))
    }
  }

  private func unmapAll(_ tables: inout EditedTables, _ flat: inout FlatPages) throws -> String {
    let all: Range<UInt64> = 0..<1 << UInt64(tables.shape.inputBits)
    let summary = try tables.perform(TableEdit(kind: .unmap, range: all, skipsHoles: true))
    #expect(summary.pages == flat.unmap(all))
    return tables.encoding.describe(tables.tables.root, lines: 10, tables.memory.handle)
  }
}
