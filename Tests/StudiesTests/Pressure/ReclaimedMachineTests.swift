import Costs
import HostMemory
import Paging
import Scenarios
import Testing

@testable import Studies

@Suite("Reclaim reaches the second stage")
struct ReclaimedMachineTests {
  /// A second stage, and who sets its accessed flags.
  struct Way: Sendable, CustomTestStringConvertible {
    let format: HostFormat
    let hasFlags: Bool
    var testDescription: String { "\(format) \(hasFlags ? "with" : "without") flags" }

    /// The prices of its ISA.
    var profile: CostProfile {
      switch format.isa {
      case .x86: ShippedProfiles.textbook(.x86)
      case .arm: ShippedProfiles.textbook(.arm)
      case .riscv: ShippedProfiles.textbook(.riscv)
      }
    }
  }

  static let ways =
    [HostFormat.ept4, .npt4, .arm4K, .sv39x4, .sv48x4].map { Way(format: $0, hasFlags: true) }
    + [HostFormat.ept4, .arm4K, .sv48x4].map { Way(format: $0, hasFlags: false) }

  /// A machine of 512 pages under a limit of 384, all of whose touches write.
  private static func study(_ way: Way, _ policy: ReclaimPolicy = .twoLists) -> PressureStudy {
    var host = PressureHost()
    host.memoryBytes = 16 << 20
    host.swapBytes = 16 << 20
    host.policy = policy
    var guest = PressureService("guest")
    guest.memoryBytes = 2 << 20
    guest.touches = 50
    guest.writeShare = 1
    guest.limits.max = 1536 << 10
    guest.machine = ServiceMachine(way.format, way.profile)
    guest.machine?.hasAccessFlags = way.hasFlags
    var study = PressureStudy(host, [guest])
    study.durationNanoseconds = 30_000_000
    return study
  }

  /// What became of it, what was wrong at any sample, and what was mapped at the start and the end.
  private static func watched(
    _ study: PressureStudy
  ) -> (outcome: PressureOutcome, problems: [String], mapped: [Int64]) {
    var problems: [String] = []
    var mapped: [Int64] = []
    let outcome = PressureRun(study).run { run in
      if problems.isEmpty { problems = run.problems() }
      mapped.append(run.mapped(0))
    }
    return (outcome, problems, mapped)
  }

  @Test("What is taken is cleared, flushed, and comes back by a fault each", arguments: ways)
  func closedForm(way: Way) throws {
    let (outcome, problems, mapped) = Self.watched(Self.study(way))
    #expect(problems == [])
    let service = outcome.services[0]
    let use = try #require(service.stageTwo)
    #expect(service.counters.majorFaults > 100)
    // Each fault of the host's is one of the second stage, and those that read are major in both.
    #expect(use.violations == service.counters.faults)
    #expect(use.major == service.counters.majorFaults)
    #expect(use.major == service.counters.swapIns)
    // What is mapped at the end was at the start or came, and did not go.
    let first = try #require(mapped.first)
    let last = try #require(mapped.last)
    #expect(Int64(use.zapped) == first + Int64(use.violations) - last)
    // Each page that goes takes a flush, and so does each accessed bit that is cleared; on RISC-V, where an
    // entry that is not valid may be remembered too, each page that comes as well.
    let fences = way.format.isa == .riscv ? use.violations : 0
    #expect(use.flushes == use.zapped + use.aged + fences)
    // Where hardware sets no flags, seeing an access takes a fault.
    #expect((use.accessFaults == 0) == way.hasFlags)
    #expect(use.accessFaults <= use.aged + UInt64(first))
    #expect(use.nanoseconds > 0)
    #expect(service.counters.kills == 0)
  }

  @Test(
    "Frames, entries and accessed bits agree under every policy", arguments: ReclaimPolicy.allCases,
    [true, false])
  func policies(policy: ReclaimPolicy, hasFlags: Bool) throws {
    for format in [HostFormat.ept4, .arm4K] {
      let (outcome, problems, _) = Self.watched(
        Self.study(Way(format: format, hasFlags: hasFlags), policy))
      #expect(problems == [])
      let use = try #require(outcome.services[0].stageTwo)
      #expect(use.major == outcome.services[0].counters.majorFaults)
      #expect((use.accessFaults == 0) == hasFlags)
      // Ageing a whole group flushes nothing.
      let flushes = use.zapped + use.aged
      #expect(policy == .generations ? use.flushes < flushes : use.flushes == flushes)
    }
  }

  @Test("A second stage that has to fault for accesses costs its guest time")
  func cost() throws {
    func time(_ hasFlags: Bool) throws -> (use: StageTwoUse, requests: UInt64) {
      let way = Way(format: .arm4K, hasFlags: hasFlags)
      let outcome = Self.study(way).run()
      return (try #require(outcome.services[0].stageTwo), outcome.services[0].requests)
    }
    let (hardware, with) = try time(true)
    let (software, without) = try time(false)
    #expect(without <= with)
    #expect(
      Double(software.nanoseconds) / Double(software.violations)
        > Double(hardware.nanoseconds) / Double(hardware.violations))
  }

  @Test("What can't be is told")
  func problems() {
    var study = Self.study(Way(format: .npt4, hasFlags: false))
    study.services[0].fileBytes = 1 << 20
    #expect(study.problems.contains { $0.contains("always have accessed flags") })
    #expect(study.problems.contains { $0.contains("its own kernel's") })
    study = Self.study(Way(format: .arm64K, hasFlags: true))
    #expect(study.problems.contains { $0.contains("of 4 KiB") })
  }
}
