import CFloor
import Console
import Paging

/// Mapping 4 GiB in the smallest pages of each second-stage format, into tables whose memory has been
/// used before, beside a C loop that writes as many entries side by side.
struct MapBenchmark: Benchmark {
  /// How often model and floor are measured in turn.
  var rounds = RoundCount(9)
  var json: FilePath?

  static let name = "map"
  static let summary =
    "measure mapping 4 GiB in the smallest pages, beside C that writes the entries"
  static let examples = [
    CommandExample("nestwalk-bench map --rounds 3", "Measures three times in turn.")
  ]
  static let parameters: [Parameter<Self>] = [rounds(\.rounds), jsonParameter]

  private static let base: UInt64 = 1 << 31
  private static let mapped: UInt64 = 4 << 30

  func measure(_ report: (BenchmarkRow) -> Void) throws {
    for format in HostFormat.allCases { report(try measure(format)) }
  }

  private func measure(_ format: HostFormat) throws -> BenchmarkRow {
    let page = UInt64(1) << UInt64(format.shape.pageShift)
    let entries = Int(Self.mapped / page)
    var memory = try PhysicalMemory(at: HostPhysical(Self.base), bytes: 32 << 20)
    // The floor writes to a region of its own, as many bytes as the leaf tables take.
    try memory.addRegion(at: HostPhysical(1 << 40), bytes: entries * 8)
    var tables = try HostTables(
      format, at: HostPhysical(Self.base), bytes: 32 << 20, in: &memory)
    let clock = ContinuousClock()
    var best = Duration.seconds(1000)
    var floor = best
    for round in 0...rounds.value {
      let start = clock.now
      try tables.map(
        GuestPhysical(0), bytes: Self.mapped, to: HostPhysical(1 << 41), .readWriteExecute,
        pageBytes: page, in: &memory)
      let middle = clock.now
      unsafe memory.withBytes(ofRegion: 1) { bytes in
        unsafe bytes.withMemoryRebound(to: UInt64.self) { words in
          guard let first = words.baseAddress else { return }
          unsafe floor_fill_entries(first, UInt64(entries), 1 << 41 | 7, page)
        }
      }
      let end = clock.now
      try tables.unmap(GuestPhysical(0), bytes: Self.mapped, in: &memory)
      // The first round warms the arena.
      guard round > 0 else { continue }
      best = min(best, start.duration(to: middle))
      floor = min(floor, middle.duration(to: end))
    }
    return BenchmarkRow(
      name: "map \(format)", pages: entries, ns: best.nanoseconds / Double(entries),
      floorNs: floor.nanoseconds / Double(entries))
  }
}
