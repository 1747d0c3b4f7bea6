import CFloor
import Console
import HostMemory
import Hypervisor
import Paging

/// The first touch of each page of a guest, from the walk that fails to the one that arrives, beside C
/// that makes the dependent loads of two walks; and the population of a machine, in time and in memory.
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
  /// Where the guest's tables lie.
  private static let tables: UInt64 = 2 << 30

  private static let pairs: [(GuestFormat, HostFormat)] = [
    (.x86Level4, .ept4), (.x86Level4, .npt4), (.arm4K, .arm4K), (.sv39, .sv39x4), (.sv48, .sv48x4),
  ]

  func measure(_ report: (BenchmarkRow) -> Void) throws {
    for (guest, host) in Self.pairs {
      let name = "fault \(guest) \(host)"
      guard filter.map({ name.contains($0) }) ?? true else { continue }
      report(try measureFaults(name, guest, host))
    }
    for (_, host) in Self.pairs {
      let names = (time: "populate \(host)", memory: "memory \(host)")
      guard filter.map({ names.time.contains($0) || names.memory.contains($0) }) ?? true else {
        continue
      }
      for row in try measurePopulation(names.time, names.memory, host) { report(row) }
    }
  }

  private func measureFaults(
    _ name: String, _ guest: GuestFormat, _ format: HostFormat
  ) throws -> BenchmarkRow {
    var best = Duration.seconds(1000)
    var floor = best
    let clock = ContinuousClock()
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
      let start = clock.now
      var exits = 0
      for page in 0..<Self.pages {
        exits += machine.touch(processor: 0, GuestVirtual(page << 12), .write, on: &host).exits
      }
      let middle = clock.now
      precondition(exits == Int(Self.pages), "each page takes one fault")
      best = min(best, start.duration(to: middle))
      floor = min(floor, try walks(space.root, machine.root, &host))
    }
    let count = Double(Self.pages)
    return BenchmarkRow(
      name: name, pages: Int(Self.pages), ns: best.nanoseconds / count,
      floorNs: 2 * floor.nanoseconds / count)
  }

  /// Fills the second stage of a machine that has been filled before, and says what memory that took.
  ///
  /// A page takes three words: its entries in the second stage's table and in the process's, and the
  /// record of its frame. The floor writes as many, side by side.
  private func measurePopulation(
    _ name: String, _ memoryName: String, _ format: HostFormat
  ) throws -> [BenchmarkRow] {
    let clock = ContinuousClock()
    var host = try Host(bytes: 8 << 30)
    var machine = try VirtualMachine(
      MachineConfiguration(format, bytes: Self.populated), on: &host)
    let count = Self.populated / 4096
    var floorMemory = try PhysicalMemory(at: HostPhysical(0), bytes: Int(3 * 8 * count))
    let before = machine.modelMemory(on: &host).total
    var bytes = 0
    var best = Duration.seconds(1000)
    var floor = best
    for round in 0...rounds.value {
      let start = clock.now
      try machine.populate(to: .writing, on: &host)
      let middle = clock.now
      unsafe floorMemory.withBytes(ofRegion: 0) { bytes in
        unsafe bytes.withMemoryRebound(to: UInt64.self) { words in
          guard let first = words.baseAddress else { return }
          for table in 0..<3 {
            unsafe floor_fill_entries(first + table * Int(count), count, 1 << 41 | 7, 4096)
          }
        }
      }
      let end = clock.now
      if round == 0 {
        // The first round warms the arena, and is the one that takes its memory.
        bytes = machine.modelMemory(on: &host).total - before
      } else {
        best = min(best, start.duration(to: middle))
        floor = min(floor, middle.duration(to: end))
      }
      machine.inflateBalloon([GuestPhysical(0)..<GuestPhysical(Self.populated)], on: &host)
    }
    return [
      BenchmarkRow(
        name: name, pages: Int(count), ns: best.nanoseconds / Double(count),
        floorNs: floor.nanoseconds / Double(count)),
      BenchmarkRow(
        measure: .bytes, name: memoryName, pages: Int(count),
        ns: Double(bytes) / Double(count), floorNs: 24),
    ]
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
