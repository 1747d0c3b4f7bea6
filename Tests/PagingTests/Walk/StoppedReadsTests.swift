import Testing

@testable import Paging

/// An observer that counts the table reads of a walk, but for those that look up where an update goes: the
/// entry's own read has been there already.
private struct ReadCounter: WalkObserver {
  var reads = 0
  mutating func start(_ address: GuestVirtual, _ access: Access) { reads = 0 }
  mutating func step(_ step: WalkStep) { if step.context != .tableUpdate { reads += 1 } }
  mutating func fail(_ failure: WalkFailure) {}
  mutating func succeed(_ translation: Translation) {}
}

/// A guest's page, with the tables of both stages.
private struct TwoStages: ~Copyable {
  static let page = GuestVirtual(0x12_3456_0000)
  static let data = GuestPhysical(1 << 30)
  var memory: PhysicalMemory
  var host: HostTables
  var guest: GuestTables

  init(_ guestFormat: GuestFormat, _ hostFormat: HostFormat, isUsed: Bool) throws {
    var memory = try PhysicalMemory(bytes: 8 << 20)
    var host = try HostTables(hostFormat, at: HostPhysical(0), bytes: 4 << 20, in: &memory)
    let hostPage = host.root.shape.pageSizes[0]
    try host.map(
      GuestPhysical(0), bytes: 1 << 20, to: HostPhysical(4 << 20), .readWrite, pageBytes: hostPage,
      in: &memory)
    try host.map(
      Self.data, bytes: 1 << 20, to: HostPhysical(6 << 20), .readWrite, pageBytes: hostPage,
      in: &memory)
    var guest = try GuestTables(
      guestFormat, at: GuestPhysical(0), bytes: 1 << 20, placed: .through(host.root), in: &memory)
    var attributes = GuestAttributes.readWrite
    attributes.isAccessed = isUsed
    attributes.isDirty = isUsed
    let guestPage = guest.root.shape.pageSizes[0]
    try guest.map(
      Self.page, bytes: guestPage, to: Self.data, attributes, pageBytes: guestPage, in: &memory)
    self.memory = memory
    self.host = host
    self.guest = guest
  }

  /// The levels of both stages.
  var levels: (guest: Int, host: Int) { (guest.root.shape.levels, host.root.shape.levels) }

  /// The steps of the walk that arrives.
  mutating func trace(_ options: WalkOptions) throws -> [WalkStep] {
    var trace = WalkTrace()
    switch guest.root.format.isa {
    case .x86:
      _ = try options.x86(guest.root, host.root).translate(
        Self.page, .write, in: &memory, observer: &trace)
    case .arm:
      _ = try options.arm(guest.root, host.root).translate(
        Self.page, .write, in: &memory, observer: &trace)
    case .riscv:
      _ = try options.riscv(guest.root, host.root).translate(
        Self.page, .write, in: &memory, observer: &trace)
    }
    return trace.steps
  }

  /// What is counted of a walk that stops: by an observer, by the way that nobody watches, and by caches.
  mutating func stop(
    _ options: WalkOptions
  ) throws -> (failure: WalkFailure?, seen: Int, counted: UInt32, cached: Int) {
    var observer = ReadCounter()
    var report: FaultReport?
    var caches = TranslationCaches(
      CoreModel("bare", "A core that remembers nothing", guest.root.format.isa))
    var failure: WalkFailure?
    let attempt: AccessAttempt
    func note(_ body: () throws -> Void) {
      do { try body() } catch { failure = error as? WalkFailure }
    }
    switch guest.root.format.isa {
    case .x86:
      var processor = try options.x86(guest.root, host.root)
      note { _ = try processor.translate(Self.page, .write, in: &memory, observer: &observer) }
      _ = try? processor.translate(Self.page, .write, in: &memory, through: &caches)
      attempt = processor.attempt(Self.page, .write, in: &memory, report: &report)
    case .arm:
      var processor = try options.arm(guest.root, host.root)
      note { _ = try processor.translate(Self.page, .write, in: &memory, observer: &observer) }
      _ = try? processor.translate(Self.page, .write, in: &memory, through: &caches)
      attempt = processor.attempt(Self.page, .write, in: &memory, report: &report)
    case .riscv:
      var processor = try options.riscv(guest.root, host.root)
      note { _ = try processor.translate(Self.page, .write, in: &memory, observer: &observer) }
      _ = try? processor.translate(Self.page, .write, in: &memory, through: &caches)
      attempt = processor.attempt(Self.page, .write, in: &memory, report: &report)
    }
    return (failure, observer.reads, attempt.reads, caches.reads)
  }
}

/// What the registers choose.
private struct WalkOptions: Sendable {
  var eptFlags = false
  /// Whether the hardware sets flags on Arm and RISC-V.
  var setsFlags = true
  /// Whether x86 sets accessed flags when the walk has succeeded.
  var defers = false

  func x86(_ guest: GuestRoot, _ host: HostRoot) throws -> X86Processor {
    var registers = try X86Registers(guest: guest, host: host, eptFlags: eptFlags)
    if defers { registers.accessedFlags = .onSuccess }
    return try X86Processor(registers)
  }

  func arm(_ guest: GuestRoot, _ host: HostRoot) throws -> ArmProcessor {
    var registers = try ArmRegisters(guest: guest, upper: nil, host: host)
    if setsFlags {
      registers.tcrEL1 |= 3 << 39
      registers.vtcrEL2 |= 3 << 21
    }
    return try ArmProcessor(registers)
  }

  func riscv(_ guest: GuestRoot, _ host: HostRoot) throws -> RISCVProcessor {
    var registers = try RISCVRegisters(guest: guest, host: host)
    if setsFlags {
      registers.menvcfg = 1 << 61
      registers.henvcfg = 1 << 61
    }
    return try RISCVProcessor(registers)
  }
}

@Suite("The table reads of walks that stop")
struct StoppedReadsTests {
  static let pairs: [(GuestFormat, HostFormat)] = HostFormat.allCases.flatMap { host in
    GuestFormat.allCases.filter { $0.isa == host.isa }.map { ($0, host) }
  }

  /// The reads of a walk of g levels over h, all pages of the smallest size, by what stopped it.
  private func closedForm(_ failure: WalkFailure, _ g: Int, _ h: Int) -> Int {
    // A table of the guest's that was read took h reads to find and one of its own.
    let all = h + 1
    let level = failure.level ?? 0
    guard failure.stage == .second else { return (g - 1 - level) * all + all }
    let passed = failure.guestLevel.map { g - 1 - $0 } ?? g
    return passed * all + h - level
  }

  @Test("A walk that an entry stops has read so many, at each level of both", arguments: pairs)
  func missing(_ guest: GuestFormat, _ host: HostFormat) throws {
    for eptFlags in [false, true] where host.isa == .x86 || !eptFlags {
      let options = WalkOptions(eptFlags: eptFlags)
      var stages = try TwoStages(guest, host, isUsed: true)
      let (g, h) = stages.levels
      let steps = try stages.trace(options)
      #expect(steps.count == (g + 1) * (h + 1) - 1)
      var counts: Set<UInt32> = []
      for step in steps {
        let word = stages.memory.word(at: step.place)
        let entry = try #require(word)
        stages.memory.store(0, at: step.place)
        let found = try stages.stop(options)
        stages.memory.store(entry, at: step.place)
        let failure = try #require(found.failure)
        // The walk stops where it first reads the entry.
        let first = try #require(steps.firstIndex { $0.place == step.place })
        #expect(found.seen == first + 1)
        #expect(found.counted == UInt32(first + 1), "\(failure)")
        #expect(found.cached == first + 1)
        #expect(closedForm(failure, g, h) == first + 1, "\(failure)")
        counts.insert(found.counted)
      }
      // Each guest's table stops it, the ways to two of the host's pages, and the last page's entry.
      #expect(counts.count >= g + h)
    }
  }

  @Test("So has one that stops at the right to set a flag", arguments: pairs)
  func update(_ guest: GuestFormat, _ host: HostFormat) throws {
    for (eptFlags, defers) in [(false, false), (true, false), (false, true), (true, true)]
    where host.isa == .x86 || !eptFlags && !defers {
      let options = WalkOptions(eptFlags: eptFlags, defers: defers)
      var stages = try TwoStages(guest, host, isUsed: false)
      let (g, h) = stages.levels
      // The guest's tables may be read and not written.
      try stages.host.protect(GuestPhysical(0), bytes: 1 << 20, .read, in: &stages.memory)
      let found = try stages.stop(options)
      let failure = try #require(found.failure)
      #expect(failure.context == .tableRead || failure.context == .tableUpdate)
      let expected: Int
      if failure.context == .tableRead {
        expected = h
      } else if defers {
        expected = g * (h + 1)
      } else {
        expected = (g - (failure.guestLevel ?? 0)) * (h + 1)
      }
      #expect(found.seen == expected, "\(failure)")
      #expect(found.counted == UInt32(expected), "\(failure)")
      #expect(found.cached == expected)
    }
  }

  @Test("A walk that finds no memory where a table should be has not read it", arguments: pairs)
  func absent(_ guest: GuestFormat, _ host: HostFormat) throws {
    let options = WalkOptions()
    var stages = try TwoStages(guest, host, isUsed: true)
    let steps = try stages.trace(options)
    for (number, step) in steps.enumerated() where number + 1 < steps.count {
      let next = steps[number + 1]
      // A table's entry that leads to the next level of the same stage, met for the first time.
      guard step.stage == .second, next.stage == .second, next.level == step.level - 1,
        steps.firstIndex(where: { $0.place == step.place }) == number
      else { continue }
      let word = stages.memory.word(at: step.place)
      let entry = try #require(word)
      // Bit 39 of the address is beyond the memory.
      let far: UInt64 = host.isa == .riscv ? 1 << 37 : 1 << 39
      stages.memory.store(entry | far, at: step.place)
      let found = try stages.stop(options)
      stages.memory.store(entry, at: step.place)
      #expect(found.failure?.reason == .absentMemory)
      #expect(found.seen == number + 1 && found.cached == number + 1)
      #expect(found.counted == UInt32(number + 1))
    }
  }
}
