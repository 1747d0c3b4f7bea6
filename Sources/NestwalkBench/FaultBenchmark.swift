import CFloor
import Console
import HostMemory
import Hypervisor
import Paging

/// The first touch of each page of a guest, from the walk that fails to the one that arrives, beside C
/// that makes the dependent loads of two walks and writes the page's words; and the population of a
/// machine, in time and in memory.
///
/// A touch is measured twice. The first time, the system that the benchmark runs on has no memory yet
/// behind the words that the model writes, and gives it in faults of its own; so it does to the floor.
/// The second time, after the guest gave its pages back, memory is there for both.
struct FaultBenchmark: Benchmark {
  /// How often model and floor are measured in turn.
  var rounds = RoundCount(5)
  /// Only the rows whose name contains this.
  var filter: String?
  var json: FilePath?

  static let name = "fault"
  static let summary =
    "measure the first touch of 4K pages: walk, fault, allocate, install, walk; and pre-population"
  static let examples = [
    CommandExample("nestwalk-bench fault --rounds 3", "Measures three times in turn.")
  ]
  static let parameters: [Parameter<Self>] = [
    rounds(\.rounds),
    .option("only", \.filter, value: "TEXT", "Only the rows whose name contains TEXT"),
    jsonParameter,
  ]

  /// The guest's pages that are touched.
  private static let pages: UInt64 = 1 << 18
  /// The memory of the machine that is populated.
  private static let populated: UInt64 = 4 << 30
  /// The words that a page has: its entries in the second stage's table and in the process's, and the
  /// record of its frame.
  private static let words: UInt64 = 3
  /// Where the guest's tables lie.
  private static let tables: UInt64 = 2 << 30

  private static let pairs: [(GuestFormat, HostFormat)] = [
    (.x86Level4, .ept4), (.x86Level4, .npt4), (.arm4K, .arm4K), (.sv39, .sv39x4), (.sv48, .sv48x4),
  ]

  func measure(_ report: (BenchmarkRow) -> Void) throws {
    for (guest, host) in Self.pairs {
      let names = ["fault \(guest) \(host)", "fault warm \(guest) \(host)"]
      guard names.contains(where: isChosen) else { continue }
      for row in try measureFaults(names, guest, host) where isChosen(row.name) { report(row) }
    }
    for (_, host) in Self.pairs {
      let names = ["populate \(host)", "populate entries \(host)", "memory \(host)"]
      guard names.contains(where: isChosen) else { continue }
      for row in try measurePopulation(names, host) where isChosen(row.name) { report(row) }
    }
  }

  private func isChosen(_ name: String) -> Bool { filter.map { name.contains($0) } ?? true }

  /// The rows of touches in memory that the system gives meanwhile, and in memory that is there.
  private func measureFaults(
    _ names: [String], _ guest: GuestFormat, _ format: HostFormat
  ) throws -> [BenchmarkRow] {
    var best = [Duration.seconds(1000), .seconds(1000)]
    var floor = best
    let clock = ContinuousClock()
    let touched = GuestPhysical(0)..<GuestPhysical(Self.pages * 4096)
    for _ in 0..<rounds.value {
      var host = try Host(bytes: 8 << 30)
      var machine = try VirtualMachine(MachineConfiguration(format, bytes: 4 << 30), on: &host)
      var space = try machine.makeSpace(
        guest, at: GuestPhysical(Self.tables), bytes: 4 << 20, on: &host)
      try machine.load(
        &space, GuestVirtual(0), bytes: Self.pages * 4096, to: GuestPhysical(0), .readWrite,
        pageBytes: 4096, on: &host)
      try machine.run(space.root, processor: 0)
      for offset in stride(from: UInt64(0), to: 4 << 20, by: 4096) {
        machine.touchPhysical(GuestPhysical(Self.tables + offset), .write, on: &host)
      }
      var words = try PhysicalMemory(at: HostPhysical(0), bytes: Int(Self.words * 8 * Self.pages))
      for pass in 0..<2 {
        let start = clock.now
        var exits = 0
        for page in 0..<Self.pages {
          exits += machine.touch(processor: 0, GuestVirtual(page << 12), .write, on: &host).exits
        }
        let middle = clock.now
        precondition(exits == Int(Self.pages), "each page takes one fault")
        let filled = Self.fill(&words, Self.words, Self.pages)
        let walked = try walks(space.root, machine.root, &host)
        best[pass] = min(best[pass], start.duration(to: middle))
        floor[pass] = min(floor[pass], walked + walked + filled)
        machine.inflateBalloon([touched], on: &host)
      }
    }
    let count = Double(Self.pages)
    return names.indices.map {
      BenchmarkRow(
        name: names[$0], pages: Int(Self.pages), ns: best[$0].nanoseconds / count,
        floorNs: floor[$0].nanoseconds / count)
    }
  }

  /// Fills the second stage of a machine that has been filled before, and says what memory that took.
  ///
  /// The floors write what a model without runs writes of each page, side by side: three words, in the
  /// second stage's table, in the process's and in the record of the frame; and the first of them alone,
  /// without which there is no second stage.
  private func measurePopulation(
    _ names: [String], _ format: HostFormat
  ) throws -> [BenchmarkRow] {
    let clock = ContinuousClock()
    var host = try Host(bytes: 8 << 30)
    var machine = try VirtualMachine(
      MachineConfiguration(format, bytes: Self.populated), on: &host)
    let count = Self.populated / 4096
    var floorMemory = try PhysicalMemory(
      at: HostPhysical(0), bytes: Int(Self.words * 8 * count))
    let before = machine.modelMemory(on: &host).total
    var bytes = 0
    var best = Duration.seconds(1000)
    var floor = best
    var entriesFloor = best
    for round in 0...rounds.value {
      let start = clock.now
      try machine.populate(to: .writing, on: &host)
      let end = clock.now
      let filled = Self.fill(&floorMemory, Self.words, count)
      let entriesFilled = Self.fill(&floorMemory, 1, count)
      if round == 0 {
        // The first round warms the arena, and is the one that takes its memory.
        bytes = machine.modelMemory(on: &host).total - before
      } else {
        best = min(best, start.duration(to: end))
        floor = min(floor, filled)
        entriesFloor = min(entriesFloor, entriesFilled)
      }
      machine.inflateBalloon([GuestPhysical(0)..<GuestPhysical(Self.populated)], on: &host)
    }
    let time = best.nanoseconds / Double(count)
    return [
      BenchmarkRow(
        name: names[0], pages: Int(count), ns: time, floorNs: floor.nanoseconds / Double(count)),
      BenchmarkRow(
        name: names[1], pages: Int(count), ns: time,
        floorNs: entriesFloor.nanoseconds / Double(count)),
      BenchmarkRow(
        measure: .bytes, name: names[2], pages: Int(count),
        ns: Double(bytes) / Double(count), floorNs: 24),
    ]
  }

  /// The time in which C writes so many words for each page, table by table.
  private static func fill(_ memory: inout PhysicalMemory, _ words: UInt64, _ pages: UInt64)
    -> Duration
  {
    let clock = ContinuousClock()
    let start = clock.now
    unsafe memory.withBytes(ofRegion: 0) { bytes in
      unsafe bytes.withMemoryRebound(to: UInt64.self) { all in
        guard let first = all.baseAddress else { return }
        for table in 0..<Int(words) {
          unsafe floor_fill_entries(first + table * Int(pages), pages, 1 << 41 | 7, 4096)
        }
      }
    }
    return start.duration(to: clock.now)
  }

  /// The time of C's walks over the same tables.
  private func walks(
    _ guest: GuestRoot, _ root: HostRoot, _ host: inout Host
  ) throws -> Duration {
    let addresses = (0..<Self.pages).map { $0 << 12 }
    let shape = guest.format.isa == .riscv ? floor_shifted_9 : floor_in_place_9
    let clock = ContinuousClock()
    let start = clock.now
    let sum = unsafe host.withMemory { memory in
      unsafe floor_nested_walks(
        memory.baseAddress, 0, shape, Self.stage(guest.shape, guest.address.value), shape,
        Self.stage(root.shape, root.address.value), addresses, UInt64(addresses.count))
    }
    let end = clock.now
    precondition(sum != 0, "the walks arrive")
    return start.duration(to: end)
  }

  private static func stage(_ shape: TableShape, _ root: UInt64) -> floor_stage {
    floor_stage(
      root: root, top_level: UInt64(shape.levels - 1),
      top_shift: UInt64(shape.pageShift + shape.indexBits * (shape.levels - 1)))
  }
}
