import CFloor
import Console
import Paging

/// The cold walk of every pair of formats, beside a C kernel that only makes the dependent loads.
///
/// Both wait with each walk for the one before it: what is measured is how long one translation takes,
/// not how many the processor can overlap.
struct WalkBenchmark: Benchmark {
  /// How often model and floor are measured in turn.
  var rounds = RoundCount(5)
  /// How many guest pages are walked, if not 512 and then 262,144.
  var pages: Int?
  /// Only the pairs whose name contains this.
  var filter: String?
  var json: FilePath?

  static let name = "walk"
  static let summary =
    "measure a cold walk of every pair of formats, beside C that makes the dependent loads"
  static let examples = [
    CommandExample("nestwalk-bench walk --only sv39 --pages 512", "The walks of sv39 alone.")
  ]
  static let parameters: [Parameter<Self>] = [
    rounds(\.rounds),
    .option("only", \.filter, value: "TEXT", "Only the rows whose name contains TEXT"),
    .option(
      "pages", \.pages, value: "N", "Walk N guest pages, a power of two",
      default: "512 and 262144"),
    jsonParameter,
  ]

  func problems() -> [String] {
    guard let pages, pages.nonzeroBitCount != 1 || !(512...262_144 ~= pages) else { return [] }
    return ["“--pages” is \(pages): it must be a power of two from 512 to 262144."]
  }

  func measure(_ report: (BenchmarkRow) -> Void) throws {
    for pages in pages.map({ [$0] }) ?? [512, 262_144] {
      for guest in GuestFormat.allCases {
        for host in HostFormat.allCases where host.isa == guest.isa {
          for updates in [false, true] {
            let name = "\(guest)/\(host)\(updates ? " a/d" : "")"
            guard filter.map({ name.contains($0) }) ?? true else { continue }
            report(try measure(name, guest, host, pages: pages, updates: updates))
          }
        }
      }
    }
  }

  private func measure(
    _ name: String, _ guest: GuestFormat, _ host: HostFormat, pages: Int, updates: Bool
  ) throws -> BenchmarkRow {
    // With updates, each page is walked some eight times, the first of which sets its flags.
    var subject = try WalkSubject(
      guest, host, pages: pages, isFresh: updates, count: pages > 1000 ? 8 * pages : 1 << 18)
    switch guest.isa {
    case .x86:
      let model = try X86Processor(
        X86Registers(guest: subject.guest, host: subject.host, eptFlags: updates))
      return compare(name, pages, model, &subject, updates)
    case .arm:
      var registers = try ArmRegisters(guest: subject.guest, host: subject.host)
      if updates {
        // TCR_EL1.HA and HD, VTCR_EL2.HA and HD.
        registers.tcrEL1 |= 3 << 39
        registers.vtcrEL2 |= 3 << 21
      }
      return compare(name, pages, try ArmProcessor(registers), &subject, updates)
    case .riscv:
      var registers = try RISCVRegisters(guest: subject.guest, host: subject.host)
      // ADUE
      registers.menvcfg = 1 << 61
      registers.henvcfg = 1 << 61
      return compare(name, pages, try RISCVProcessor(registers), &subject, updates)
    }
  }

  /// Measures model and floor in turn, and takes the best round of each.
  private func compare<Model: Processor & ~Copyable>(
    _ name: String, _ pages: Int, _ model: borrowing Model, _ subject: inout WalkSubject,
    _ updates: Bool
  ) -> BenchmarkRow {
    let clock = ContinuousClock()
    var best = Duration.seconds(1000)
    var floor = best
    for _ in 0..<rounds.value {
      if updates { subject.refresh() }
      let start = clock.now
      let sum = Self.walk(model, subject.addresses, subject.accesses, &subject.memory)
      let middle = clock.now
      let expected = Self.walkFloor(&subject)
      let end = clock.now
      precondition(sum == expected, "\(name): the model and its floor arrive at different places")
      best = min(best, start.duration(to: middle))
      floor = min(floor, middle.duration(to: end))
    }
    let perWalk = 1 / Double(subject.addresses.count)
    return BenchmarkRow(
      name: name, pages: pages, ns: best.nanoseconds * perWalk,
      floorNs: floor.nanoseconds * perWalk)
  }

  @inline(never)
  static func walk<Model: Processor & ~Copyable>(
    _ model: borrowing Model, _ addresses: [GuestVirtual], _ accesses: [Access],
    _ memory: inout PhysicalMemory
  ) -> UInt64 {
    var sum: UInt64 = 0
    var last: UInt64 = 0
    for number in addresses.indices {
      // No address has bit 63 set; the processor can't know, and waits.
      let address = addresses[number] + last >> 63
      guard let found = try? model.translate(address, accesses[number], in: &memory) else {
        preconditionFailure("\(address) does not translate")
      }
      last = found.hostPhysical.value
      sum &+= last
    }
    return sum
  }

  @inline(never)
  static func walkFloor(_ subject: inout WalkSubject) -> UInt64 {
    let guest = floor_stage(subject.guest.shape, root: subject.guest.address.value)
    let host = floor_stage(subject.host.shape, root: subject.host.address.value)
    let guestShape = floor_shape(subject.guest.shape, subject.guest.format.isa)
    let hostShape = floor_shape(subject.host.shape, subject.host.format.isa)
    let addresses = subject.addresses
    return unsafe subject.memory.withBytes(ofRegion: 0) { bytes in
      unsafe addresses.withUnsafeBufferPointer { addresses in
        guard let start = bytes.baseAddress, let first = addresses.baseAddress else { return 0 }
        return unsafe first.withMemoryRebound(to: UInt64.self, capacity: addresses.count) {
          unsafe floor_nested_walks(
            UnsafePointer(start.assumingMemoryBound(to: UInt8.self)), WalkSubject.memoryBase,
            guestShape, guest, hostShape, host, $0, UInt64(addresses.count))
        }
      }
    }
  }
}

extension floor_stage {
  fileprivate init(_ shape: TableShape, root: UInt64) {
    self.init(
      root: root, top_level: UInt64(shape.levels - 1),
      top_shift: UInt64(shape.shift(ofLevel: shape.levels - 1)))
  }
}

extension floor_shape {
  fileprivate init(_ shape: TableShape, _ isa: ISA) {
    switch (isa, shape.pageShift) {
    case (.riscv, _): self = floor_shifted_9
    case (_, 14): self = floor_in_place_11
    case (_, 16): self = floor_in_place_13
    default: self = floor_in_place_9
    }
  }
}
