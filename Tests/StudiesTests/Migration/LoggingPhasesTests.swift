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

  static let splittings: [LoggingPhases.Splitting] = [.eager, .filling, .breaking]

  static let choices: [Choice] = LoggingMethod.allCases.flatMap { method in
    [FrameOrder.small, .large].flatMap { backing in
      // Small pages aren't split.
      (backing == .small ? [.eager] : splittings).flatMap { splitting in
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
    Self.compare(phases, PhaseExpectation(study, choice))
  }

  @Test("pages of 1G: 1,024 of their 262,144 small ones are written twice", arguments: ofHugePages)
  func hugePages(_ format: HostFormat, _ choice: Choice) throws {
    var study = Self.study(format, choice)
    study.bytesPerProcessor = 1 << 30
    // Two pages of each 2 MiB.
    study.writtenBillionths = 1_000_000_000 / 256
    let phases = try study.run(Self.profile(format))
    Self.compare(phases, PhaseExpectation(study, choice))
  }

  /// A format of each hypervisor's architecture.
  static let isas: [HostFormat] = [.ept4, .npt4, .arm4K, .sv48x4]

  /// What is played of 1G pages: each ISA, and each way to split and to recover with write protection;
  /// with the other mechanisms the splits at the first write, and the recoveries that change entries.
  static let ofHugePages: [(HostFormat, Choice)] = [HostFormat.ept4, .arm4K, .sv48x4].flatMap {
    format in
    LoggingMethod.allCases.flatMap { method in
      [LoggingPhases.Splitting.eager, .filling, .breaking].flatMap { splitting in
        LogRecovery.allCases.compactMap { recovery in
          // Eager splitting writes 262,144 entries, by whatever mechanism.
          guard method == .writeProtection || recovery != .onFault && splitting != .eager else {
            return nil
          }
          guard !method.logsModifications || format == .ept4 else { return nil }
          return (
            format,
            Choice(method: method, backing: .huge, splitting: splitting, recovery: recovery)
          )
        }
      }
    }
  }

  @Test("flushes reach as far as the ISA's instructions do", arguments: isas, choices)
  func scopes(_ format: HostFormat, _ choice: Choice) throws {
    guard choice.recovery == .inPlace, choice.backing == .large else { return }
    var study = Self.study(format, choice)
    study.processors = 2
    guard study.problems.isEmpty else { return }
    let phases = try study.run(Self.profile(format))
    let expected = PhaseExpectation(study, choice)
    for (phase, counts) in zip(phases, expected.phases) {
      let scopes = FlushScopes(
        phase.ledger.amount(of: .flushLocal), phase.ledger.amount(of: .flushRemote),
        phase.ledger.amount(of: .flushBroadcast))
      #expect(
        scopes == expected.scopes(phase.name, counts.flushRequests),
        "\(phase.name) \(phase.iteration ?? 0)")
    }
  }

  @Test("up to 64 pages are forgotten one by one where an instruction names a page")
  func fewPages() throws {
    for (format, expected) in [
      (HostFormat.ept4, FlushScopes(0, 3, 0)), (.npt4, FlushScopes(0, 3, 0)),
      // 63 IPAS2E1IS and one VMALLE1IS.
      (.arm4K, FlushScopes(0, 0, 64)), (.sv48x4, FlushScopes(0, 3, 0)),
    ] {
      var study = LoggingPhases(format)
      study.processors = 3
      study.bytesPerProcessor = 4 << 20
      study.backing = .small
      // 21 of 1,024 pages each.
      study.writtenBillionths = 20_507_813
      #expect(study.writtenPerProcessor == 21)
      let phases = try study.run(Self.profile(format))
      for clear in phases where clear.name == .clear {
        let scopes = FlushScopes(
          clear.ledger.amount(of: .flushLocal), clear.ledger.amount(of: .flushRemote),
          clear.ledger.amount(of: .flushBroadcast))
        #expect(scopes == expected)
      }
    }
  }

  @Test("lazy is how the architecture's KVM splits at the first write", arguments: formats)
  func lazy(_ format: HostFormat) throws {
    var study = Self.study(
      format,
      Choice(method: .writeProtection, backing: .large, splitting: .lazy, recovery: .inPlace))
    let phases = try study.run(Self.profile(format))
    study.splitting = format.isa == .arm ? .breaking : .filling
    #expect(try study.run(Self.profile(format)) == phases)
  }

  @Test("scans mark all as idle, and the next access shows by a flag or a fault", arguments: sights)
  func scans(_ format: HostFormat, _ hasFlags: Bool) throws {
    for backing in [FrameOrder.small, .large] {
      var study = Self.study(
        format,
        Choice(method: .writeProtection, backing: backing, splitting: .eager, recovery: .inPlace))
      study.scansAccess = true
      study.hasAccessFlags = hasFlags
      let phases = try study.run(Self.profile(format))
      for name in [LoggingPhase.Name.scan, .read] {
        #expect(phases.filter { $0.name == name }.map(\.iteration) == [1, 2])
      }
      for scan in phases where scan.name == .scan {
        #expect(scan.accessedPages == 1024)
        #expect(scan.ledger.amount(of: .scanEntry) == 1024)
        #expect((scan.entriesWritten, scan.flushRequests, scan.ledger.exits) == (1024, 0, 0))
      }
      for read in phases where read.name == .read {
        let faults: UInt64 = hasFlags ? 0 : 1024
        #expect((read.ledger.exits, read.counts.aged) == (faults, faults))
      }
      // What is logged stays the same.
      for dirty in phases where dirty.name == .dirty {
        #expect((dirty.counts.logged, dirty.dirtyPages, dirty.counts.aged) == (1024, 1024, 0))
      }
    }
  }

  /// How accesses are seen: by flags of the hardware's, or by faults, on EPT without flags by those of
  /// rights that were taken away.
  static let sights: [(HostFormat, Bool)] =
    formats.map { ($0, true) }
    + formats.filter { $0 != .npt4 && $0 != .npt5 }.map { ($0, false) }

  private static func compare(_ phases: [LoggingPhase], _ expected: PhaseExpectation) {
    #expect(
      phases.map(\.name) == [
        .populate, .enable, .dirty, .get, .clear, .dirty, .get, .clear, .disable,
      ])
    for (phase, counts) in zip(phases, expected.phases) {
      #expect(phase.counts == counts, "\(phase.name) \(phase.iteration ?? 0)")
    }
    // A page-modification log of 512 entries is read as often as it is full, and once more for `get`.
    let full = phases.map(\.logFullExits)
    #expect(full == expected.logFull)
    let found = phases.filter { $0.name == .get }.map(\.dirtyPages)
    #expect(found == expected.found)
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

  @Test(
    "a page of 1G that was zapped comes back by one fault, whatever logged its writes",
    arguments: ofHugePages.filter { $0.1.recovery == .refault && $0.1.splitting != .eager })
  func comesBack(_ format: HostFormat, _ choice: Choice) throws {
    var study = Self.study(format, choice)
    study.bytesPerProcessor = 1 << 30
    study.writtenBillionths = 1_000_000_000 / 256
    study.keepsWriting = true
    let last = try #require(try study.run(Self.profile(format)).last)
    #expect(last.name == .disable)
    // Flags alone split nothing, so that there is nothing to recover.
    let zapped: UInt64 = choice.method == .flags ? 0 : 1
    #expect(last.ledger.faults(.missing) == zapped)
    #expect(last.ledger.faults(.permission) == 0)
    #expect(last.ledger.amount(of: .installEntry) == zapped)
    #expect(last.mapped == [0, 0, 1])
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
    study.method = .flags
    study.ringEntries = 65_536
    study.hasAccessFlags = false
    #expect(study.problems.count == 1)
    study.method = .modificationLog
    #expect(study.problems.count == 1)
    study.host = .npt4
    study.method = .writeProtection
    #expect(study.problems.count == 1)
    study = LoggingPhases(.ept4)
    study.method = .ring
    study.ringEntries = 64
    study.bytesPerProcessor = UInt64(1) << 60
    study.processors = 1024
    #expect(study.problems.count == 2)
  }
}
