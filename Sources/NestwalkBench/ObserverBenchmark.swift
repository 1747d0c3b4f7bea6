import Console
import Paging

/// What it costs to watch a walk: the counting observer beside none.
struct ObserverBenchmark: Benchmark {
  /// How often the two are measured in turn.
  var rounds = RoundCount(5)
  var json: FilePath?

  static let name = "observer"
  static let summary = "measure walks with a counting observer, beside walks without"
  static let examples = [CommandExample("nestwalk-bench observer", "What it costs to count.")]
  static let parameters: [Parameter<Self>] = [rounds(\.rounds), jsonParameter]

  func measure(_ report: (BenchmarkRow) -> Void) throws {
    for pages in [512, 262_144] {
      var subject = try WalkSubject(.x86Level4, .ept4, pages: pages, isFresh: false, count: 1 << 18)
      let x86 = try X86Processor(X86Registers(guest: subject.guest, host: subject.host))
      report(compare("x86-4/ept4 counted", pages, x86, &subject))
      subject = try WalkSubject(.arm4K, .arm4K, pages: pages, isFresh: false, count: 1 << 18)
      let arm = try ArmProcessor(ArmRegisters(guest: subject.guest, host: subject.host))
      report(compare("arm-s1-4k/arm-s2-4k counted", pages, arm, &subject))
      subject = try WalkSubject(.sv48, .sv48x4, pages: pages, isFresh: false, count: 1 << 18)
      let riscv = try RISCVProcessor(RISCVRegisters(guest: subject.guest, host: subject.host))
      report(compare("sv48/sv48x4 counted", pages, riscv, &subject))
    }
  }

  private func compare<Model: Processor & ~Copyable>(
    _ name: String, _ pages: Int, _ model: borrowing Model, _ subject: inout WalkSubject
  ) -> BenchmarkRow {
    let clock = ContinuousClock()
    var counted = Duration.seconds(1000)
    var plain = counted
    var counter = WalkCounter()
    for _ in 0..<rounds.value {
      let start = clock.now
      let sum = WalkBenchmark.walk(model, subject.addresses, subject.accesses, &subject.memory)
      let middle = clock.now
      let same = Self.walk(
        model, subject.addresses, subject.accesses, &subject.memory, &counter)
      let end = clock.now
      precondition(sum == same, "\(name): watching changes where the walk arrives")
      plain = min(plain, start.duration(to: middle))
      counted = min(counted, middle.duration(to: end))
    }
    precondition(counter.walks == rounds.value * subject.addresses.count && counter.failures == 0)
    let perWalk = 1 / Double(subject.addresses.count)
    return BenchmarkRow(
      name: name, pages: pages, ns: counted.nanoseconds * perWalk,
      floorNs: plain.nanoseconds * perWalk)
  }

  @inline(never)
  private static func walk<Model: Processor & ~Copyable>(
    _ model: borrowing Model, _ addresses: [GuestVirtual], _ accesses: [Access],
    _ memory: inout PhysicalMemory, _ counter: inout WalkCounter
  ) -> UInt64 {
    var sum: UInt64 = 0
    var last: UInt64 = 0
    for number in addresses.indices {
      let address = addresses[number] + last >> 63
      guard
        let found = try? model.translate(
          address, accesses[number], in: &memory, observer: &counter)
      else { preconditionFailure("\(address) does not translate") }
      last = found.hostPhysical.value
      sum &+= last
    }
    return sum
  }
}
