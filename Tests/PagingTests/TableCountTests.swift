import Paging
import Testing

@Suite("Counts of tables")
struct TableCountTests {
  /// Ranges in ascending order that share tables at some levels and not at others.
  private static let layouts: [[(start: UInt64, pages: UInt64)]] = [
    [(0, 1)], [(0, 513)], [(0, 3)], [(1, 2), (5, 600)], [(511, 2)], [(0, 512), (1 << 18, 512)],
    [(0, 1), (1 << 9, 1), (1 << 18, 1), (1 << 19, 3)], [(700, 2000), (9000, 3)],
  ]

  @Test("are those of the tables that mapping builds", arguments: HostFormat.allCases)
  func host(format: HostFormat) throws {
    for pageBytes in format.shape.pageSizes.prefix(2) {
      for layout in Self.layouts {
        var memory = try PhysicalMemory(bytes: 64 << 20)
        var tables = try HostTables(format, at: HostPhysical(0), bytes: 64 << 20, in: &memory)
        var built: UInt64 = 1
        var ranges: [TableShape.MappedRange] = []
        let limit = UInt64(1) << UInt64(min(format.shape.inputBits, 47))
        for (start, pages) in layout where (start + pages) * pageBytes <= limit {
          let address = start * pageBytes
          let summary = try tables.map(
            GuestPhysical(address), bytes: pages * pageBytes, to: HostPhysical(1 << 39),
            .readWriteExecute, pageBytes: pageBytes, in: &memory)
          built += UInt64(summary.tablesAdded)
          ranges.append(
            TableShape.MappedRange(start: address, bytes: pages * pageBytes, pageBytes: pageBytes))
        }
        let count = tables.root.shape.count(mapping: ranges)
        #expect(count.tables == built, "\(format), \(pageBytes), \(layout)")
        #expect(
          count.bytes
            == (built - 1) * tables.root.shape.tableBytes + tables.root.shape.rootBytes)
      }
    }
  }

  @Test("are those of the stated figures on the memory of tables (F50, F51, F54, F55)")
  func figures() {
    let shape = GuestFormat.x86Level4.shape
    let gibibyte: UInt64 = 1 << 30
    func dense(_ bytes: UInt64, _ page: UInt64 = 4096) -> TableCount {
      shape.count(mapping: [TableShape.MappedRange(start: 0, bytes: bytes, pageBytes: page)])
    }
    // F50: 5120 tables of leaves, 10 above them, and 2 on top.
    #expect(dense(10 * gibibyte).tables == 5120 + 10 + 2)
    // F51: 100 processes of 1 GB have 200 MB.
    #expect(100 * dense(gibibyte).bytes >> 20 == 200)
    // F54: all of 64 GB eagerly is 128 MB; 10,000 allocations in ten regions are 20 MB.
    #expect(dense(64 * gibibyte).bytes >> 20 == 128)
    let pieces = (0..<UInt64(10_000)).map { number in
      let start = number / 1000 * 6 * gibibyte + number % 1000 * gibibyte / 1000
      return TableShape.MappedRange(start: start & ~4095, bytes: 26 * 4096, pageBytes: 4096)
    }
    #expect(shape.count(mapping: pieces).bytes >> 20 == 20)
    // F55: three processes of 48 GB have 288 MB, and 576 KB where all is in 2 MiB pages.
    #expect(3 * dense(48 * gibibyte).bytes >> 20 == 288)
    #expect((570...600).contains(3 * dense(48 * gibibyte, 2 << 20).bytes >> 10))
  }
}
