import CFloor
import Console
import Paging

/// Accesses through the TLBs of a core: hits beside C that looks pages up in one TLB of the same shape,
/// and random accesses beyond every reach beside the C that makes all dependent loads of their walks.
struct TLBBenchmark: Benchmark {
  /// How often model and floor are measured in turn.
  var rounds = RoundCount(5)
  var json: FilePath?

  static let name = "tlb"
  static let summary = "measure accesses through TLBs, beside C that looks them up or walks"
  static let examples = [
    CommandExample("nestwalk-bench tlb --json tlb.json", "Writes the rows to a file as well.")
  ]
  static let parameters: [Parameter<Self>] = [rounds(\.rounds), jsonParameter]

  func measure(_ report: (BenchmarkRow) -> Void) throws {
    for (pages, name) in [(32, "hit"), (262_144, "miss")] {
      var subject = try WalkSubject(.x86Level4, .ept4, pages: pages, isFresh: false, count: 1 << 18)
      let x86 = try X86Processor(X86Registers(guest: subject.guest, host: subject.host))
      report(compare("x86-4/ept4 \(name)", pages, .skylakeSP, x86, &subject))
      subject = try WalkSubject(.arm4K, .arm4K, pages: pages, isFresh: false, count: 1 << 18)
      let arm = try ArmProcessor(ArmRegisters(guest: subject.guest, host: subject.host))
      report(compare("arm-s1-4k/arm-s2-4k \(name)", pages, .neoverseN1, arm, &subject))
      subject = try WalkSubject(.sv48, .sv48x4, pages: pages, isFresh: false, count: 1 << 18)
      let riscv = try RISCVProcessor(RISCVRegisters(guest: subject.guest, host: subject.host))
      report(compare("sv48/sv48x4 \(name)", pages, .riscvAssumed, riscv, &subject))
    }
  }

  /// Measures model and floor in turn, and takes the best round of each.
  private func compare<Model: Processor & ~Copyable>(
    _ name: String, _ pages: Int, _ core: CoreModel, _ model: borrowing Model,
    _ subject: inout WalkSubject
  ) -> BenchmarkRow {
    let clock = ContinuousClock()
    var best = Duration.seconds(1000)
    var floor = best
    var caches = TranslationCaches(core)
    let isHit = pages < 1000
    var tlb = FloorTLB(core.data[0].shape)
    // The first round fills the caches.
    let expected = Self.translate(model, &subject, &caches)
    if isHit { tlb.fill(model, &subject) }
    for _ in 0..<rounds.value {
      let start = clock.now
      let sum = Self.translate(model, &subject, &caches)
      let middle = clock.now
      let floorSum = isHit ? tlb.lookUp(subject.addresses) : WalkBenchmark.walkFloor(&subject)
      let end = clock.now
      precondition(
        sum == expected && floorSum == expected,
        "\(name): the model and its floor arrive at different places")
      best = min(best, start.duration(to: middle))
      floor = min(floor, middle.duration(to: end))
    }
    let perAccess = 1 / Double(subject.addresses.count)
    return BenchmarkRow(
      name: name, pages: pages, ns: best.nanoseconds * perAccess,
      floorNs: floor.nanoseconds * perAccess)
  }

  @inline(never)
  private static func translate<Model: Processor & ~Copyable>(
    _ model: borrowing Model, _ subject: inout WalkSubject, _ caches: inout TranslationCaches
  ) -> UInt64 {
    var sum: UInt64 = 0
    var last: UInt64 = 0
    let access = Access(.read, .user)
    for number in subject.addresses.indices {
      // No address has bit 63 set; the processor can't know, and waits.
      let address = subject.addresses[number] + last >> 63
      guard
        let found = try? model.translate(address, access, in: &subject.memory, through: &caches)
      else { preconditionFailure("\(address) does not translate") }
      last = found.hostPhysical.value
      sum &+= last
    }
    return sum
  }
}

/// The lines of the floor's TLB.
private struct FloorTLB {
  private let shape: CacheShape
  private var tags: [UInt64]
  private var frames: [UInt64]
  private var stamps: [UInt64]

  init(_ shape: CacheShape) {
    self.shape = shape
    tags = Array(repeating: .max, count: shape.lines)
    frames = tags
    stamps = tags
  }

  /// Enters the pages of all accesses, which the TLB has room for.
  mutating func fill<Model: Processor & ~Copyable>(
    _ model: borrowing Model, _ subject: inout WalkSubject
  ) {
    for address in subject.addresses {
      let page = address.value >> 12
      let set = Int(page) & (shape.sets - 1)
      let lines = set * shape.ways..<(set + 1) * shape.ways
      guard !lines.contains(where: { tags[$0] == page }) else { continue }
      guard
        let line = lines.first(where: { tags[$0] == .max }),
        let found = try? model.translate(address, Access(.read, .user), in: &subject.memory)
      else { preconditionFailure("the TLB has no room for \(address)") }
      tags[line] = page
      frames[line] = found.hostPhysical.value & ~0xfff
    }
  }

  mutating func lookUp(_ addresses: [GuestVirtual]) -> UInt64 {
    unsafe tags.withUnsafeBufferPointer { tags in
      unsafe frames.withUnsafeBufferPointer { frames in
        unsafe stamps.withUnsafeMutableBufferPointer { stamps in
          var tlb = unsafe floor_tlb(
            tags: tags.baseAddress, frames: frames.baseAddress, stamps: stamps.baseAddress,
            ways: UInt64(shape.ways), set_mask: UInt64(shape.sets - 1), page_shift: 12, clock: 1,
            hits: 0)
          let sum = unsafe addresses.withUnsafeBufferPointer { addresses in
            guard let first = addresses.baseAddress else { return 0 as UInt64 }
            return unsafe first.withMemoryRebound(to: UInt64.self, capacity: addresses.count) {
              unsafe floor_tlb_lookups(&tlb, $0, UInt64(addresses.count))
            }
          }
          precondition(unsafe tlb.hits == UInt64(addresses.count), "the floor has missed")
          return sum
        }
      }
    }
  }
}
