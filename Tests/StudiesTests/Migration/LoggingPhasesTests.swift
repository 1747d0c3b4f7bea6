import Costs
import HostMemory
import Hypervisor
import Paging
import Scenarios
import Testing

@testable import Studies

@Suite("The phases of a dirty log by closed form")
struct LoggingPhasesTests {
  /// Every format whose smallest pages are of 4 KiB.
  static let formats = HostFormat.allCases.filter { $0.shape.pageShift == 12 }

  /// What can be chosen of a log.
  struct Choice: Sendable, CustomTestStringConvertible {
    let method: LoggingMethod
    let backing: FrameOrder
    let splitting: LoggingPhases.Splitting
    let recovery: LogRecovery

    var testDescription: String { "\(method) \(backing) \(splitting) \(recovery)" }
  }

  static let choices: [Choice] = LoggingMethod.allCases.flatMap { method in
    [FrameOrder.small, .large].flatMap { backing in
      LoggingPhases.Splitting.allCases.flatMap { splitting in
        LogRecovery.allCases.map { recovery in
          Choice(method: method, backing: backing, splitting: splitting, recovery: recovery)
        }
      }
    }
  }

  static func profile(_ format: HostFormat) -> CostProfile {
    ShippedProfiles.textbook(
      CostProfile.Architecture.allCases.first { $0.rawValue == format.isa.rawValue } ?? .x86)
  }

  static func study(_ format: HostFormat, _ choice: Choice) -> LoggingPhases {
    var study = LoggingPhases(format)
    study.bytesPerProcessor = 4 << 20
    study.backing = choice.backing
    study.method = choice.method
    study.splitting = choice.splitting
    study.recovery = choice.recovery
    return study
  }

  @Test("all pages are written twice", arguments: formats, choices)
  func twice(_ format: HostFormat, _ choice: Choice) throws {
    let study = Self.study(format, choice)
    guard study.problems.isEmpty else {
      #expect(choice.method.logsModifications && format != .ept4 && format != .ept5)
      return
    }
    let phases = try study.run(Self.profile(format))
    #expect(
      phases.map(\.name) == [
        .populate, .enable, .dirty, .get, .clear, .dirty, .get, .clear, .disable,
      ])
    let expected = Expectation(format, choice)
    for (phase, counts) in zip(phases, expected.phases) {
      #expect(phase.counts == counts, "\(phase.name) \(phase.iteration ?? 0)")
    }
    // A page-modification log of 512 entries is read as often as it is full, and once more for `get`.
    let full = phases.map(\.logFullExits)
    #expect(full == expected.logFull)
    for phase in phases where phase.name == .get { #expect(phase.dirtyPages == expected.pages) }
    #expect(phases.last?.dirtyPages == 0)
  }

  @Test("exactly the share is written, and found, whatever the mechanism", arguments: formats)
  func share(_ format: HostFormat) throws {
    for method in LoggingMethod.allCases {
      var study = LoggingPhases(format)
      study.processors = 3
      study.bytesPerProcessor = 1 << 20
      study.backing = .small
      study.method = method
      study.iterations = 3
      study.writtenBillionths = 130_000_000
      guard study.problems.isEmpty else { continue }
      let phases = try study.run(Self.profile(format))
      let found = phases.filter { $0.name == .get }.map(\.dirtyPages)
      // 33.28 of 256 pages; initially all count as written.
      #expect(found == [method == .manual ? 768 : 99, 99, 99])
    }
  }

  @Test("writers that go on meet what the end of logging leaves", arguments: formats)
  func goesOn(_ format: HostFormat) throws {
    var faults: [UInt64] = []
    for recovery in LogRecovery.allCases {
      var study = Self.study(
        format,
        Choice(
          method: .writeProtection, backing: .large, splitting: .eager, recovery: recovery))
      study.keepsWriting = true
      let phases = try study.run(Self.profile(format))
      let last = try #require(phases.last)
      #expect(last.name == .disable)
      faults.append(last.ledger.exits)
    }
    // Two large pages. The last clear protected all; what a fault of KVM's on Arm and RISC-V maps large
    // serves its neighbours too.
    #expect(faults == [format.isa == .x86 ? 1024 : 2, 2, 2])
  }

  @Test("what is refused, in sentences")
  func refusals() throws {
    var study = LoggingPhases(.npt4)
    study.processors = 0
    study.bytesPerProcessor = 4097
    study.iterations = -1
    study.writtenBillionths = 1_000_000_001
    study.clearBytes = 4096
    study.method = .modificationLog
    #expect(study.problems.count == 6)
    #expect(study.problems.allSatisfy { $0.hasSuffix(".") })
    study = LoggingPhases(.arm16K)
    #expect(study.problems.count == 1)
    study = LoggingPhases(.ept4)
    study.method = .ring
    for entries in [0, 100, 64, 131_072] {
      study.ringEntries = entries
      #expect(study.problems.count == 1)
    }
    study.bytesPerProcessor = UInt64(1) << 60
    study.processors = 1024
    #expect(study.problems.count == 2)
  }
}

/// The numbers of a phase that have closed forms.
struct PhaseCounts: Equatable {
  var missing: UInt64 = 0
  var split: UInt64 = 0
  var logged: UInt64 = 0
  var installed: UInt64 = 0
  var changed: UInt64 = 0
  var flushRequests: UInt64 = 0
}

extension LoggingPhase {
  fileprivate func count(_ resolution: FaultResolution) -> UInt64 {
    FaultEvent.all.filter { $0.resolution == resolution }.reduce(0) {
      $0 + ledger.count(of: .fault($1))
    }
  }

  /// The numbers that have closed forms.
  var counts: PhaseCounts {
    PhaseCounts(
      missing: count(.allocate), split: count(.split), logged: count(.log),
      installed: ledger.amount(of: .installEntry), changed: ledger.amount(of: .changeEntry),
      flushRequests: flushRequests)
  }
}

/// What is expected of a processor with 4 MiB that writes to all pages twice.
private struct Expectation {
  let pages: UInt64 = 1024
  let large: UInt64
  let choice: LoggingPhasesTests.Choice
  let isa: ISA

  init(_ format: HostFormat, _ choice: LoggingPhasesTests.Choice) {
    large = choice.backing == .large ? 2 : 0
    self.choice = choice
    isa = format.isa
  }

  private var isEager: Bool { choice.splitting == .eager }
  private var splitsFirst: Bool { isa != .arm }
  /// The entries that a split of everything leaves to be changed: Arm changes the blocks before.
  private var entries: UInt64 { large == 0 || isEager && splitsFirst ? pages : large }

  var phases: [PhaseCounts] {
    [populate, enable, write(first: true), PhaseCounts(), clear(first: true), write(first: false)]
      + [PhaseCounts(), clear(first: false), disable]
  }

  /// RISC-V's new entries are fenced one by one.
  private var populate: PhaseCounts {
    let count = large == 0 ? pages : large
    return PhaseCounts(
      missing: count, installed: count, flushRequests: isa == .riscv ? count : 0)
  }

  /// Eager splitting: Arm flushes for each block that is broken, RISC-V once for all pages that became
  /// tables, and x86 not at all for what maps the same as before.
  private var splitFlushes: UInt64 {
    switch isa {
    case .x86: 0
    case .arm: large
    case .riscv: 1
    }
  }

  private var enable: PhaseCounts {
    guard choice.method != .manual else { return PhaseCounts() }
    var counts = PhaseCounts(changed: entries, flushRequests: 1)
    if large > 0, isEager {
      counts.installed = pages
      counts.flushRequests += splitFlushes
    }
    // Large pages that stay lose the right to write too.
    if choice.method.logsModifications, large > 0, !isEager { counts.changed += large }
    return counts
  }

  /// Whether the writes of an iteration are the first that are noted.
  private func write(first: Bool) -> PhaseCounts {
    if choice.method == .flags { return PhaseCounts() }
    if choice.method == .manual, first { return PhaseCounts() }
    let splits = large > 0 && !isEager && first == (choice.method != .manual)
    if choice.method.logsModifications, !splits { return PhaseCounts() }
    var counts = PhaseCounts()
    guard splits else {
      counts.logged = pages
      counts.changed = pages
      // Arm and RISC-V tell the caches of a right that is given.
      counts.flushRequests = isa == .x86 ? 0 : pages
      return counts
    }
    counts.split = large
    if isa == .arm {
      counts.missing = pages - large
      counts.installed = pages
      counts.flushRequests = large
    } else {
      counts.logged = pages - large
      counts.installed = pages
      counts.changed = pages
      counts.flushRequests = isa == .x86 ? 0 : pages
    }
    return counts
  }

  private func clear(first: Bool) -> PhaseCounts {
    var counts = PhaseCounts(changed: pages, flushRequests: 1)
    if choice.method == .manual, first {
      counts.changed = entries
      if large > 0, isEager {
        counts.installed = pages
        counts.flushRequests += splitFlushes
      }
    }
    // Without a split the large pages' flags are the only ones.
    if choice.method == .flags, large > 0, !isEager { counts.changed = large }
    return counts
  }

  private var disable: PhaseCounts {
    let isSplit = large > 0 && (isEager || choice.method != .flags)
    guard isSplit, choice.recovery != .onFault else { return PhaseCounts() }
    return PhaseCounts(
      changed: choice.recovery == .inPlace ? large : pages, flushRequests: 1)
  }

  /// 1,024 pages fill the log once: ⌈1024 / 512⌉ − 1, where nothing else makes it leave its guest.
  var logFull: [UInt64] {
    guard choice.method.logsModifications else { return Array(repeating: 0, count: 9) }
    let first: UInt64 = large > 0 && !isEager ? 0 : 1
    return [0, 0, first, 0, 0, 1, 0, 0, 0]
  }
}
