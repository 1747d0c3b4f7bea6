import Costs
import Scenarios
import Testing

@testable import Studies

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Small guests whose counts have closed forms; the scenarios are run by `Tests/Reports/pressure.py`.
@Suite("Processes that fork and write")
struct ProcessStudyTests {
  private static let megabyte: UInt64 = 1 << 20
  private static let pages: UInt64 = 512

  /// A server of 2 MiB, and a child that reads it once while the server writes.
  private static func study(
    writes: Double = 1, guest: UInt64 = 16 << 20, host: UInt64 = 64 << 20, swap: UInt64 = 0,
    architecture: CostProfile.Architecture = .x86
  ) -> ProcessStudy {
    var server = GuestProcess("server")
    server.memoryBytes = pages * 4096
    server.writeShare = writes
    server.touches = 100
    server.workNanoseconds = 10_000
    var child = GuestProcess("child")
    child.parent = 0
    child.startNanoseconds = 1_000_000_000
    child.order = .once
    child.workNanoseconds = 2_000_000
    var study = ProcessStudy([server, child], profile: ShippedProfiles.textbook(architecture))
    study.guestBytes = guest
    study.hostBytes = host
    study.swapBytes = swap
    study.durationNanoseconds = 4_000_000_000
    return study
  }

  @Test(
    "every page that is written while the child lives is copied once, and the second stage grows by it",
    arguments: CostProfile.Architecture.allCases)
  func copies(_ architecture: CostProfile.Architecture) throws {
    let outcome = try Self.study(architecture: architecture).run()
    let server = outcome.processes[0]
    // The server writes a hundred thousand times in the child's second.
    #expect(server.copies == Self.pages)
    #expect(outcome.processes[1].copies == 0)
    let growth = outcome.mostStageTwo - outcome.stageTwoAtStart
    // Beside copies only the child's own tables are new.
    #expect(growth >= Self.pages * 4096 && growth <= (Self.pages + 8) * 4096)
    #expect(outcome.guestFreeAtStart - outcome.leastGuestFree == Self.pages * 4096)
    #expect(outcome.processes[1].endedAt != nil)
    #expect(outcome.processes.allSatisfy { $0.workingSetBytes == Self.pages * 4096 })
    // The guest has it all again, the host nothing.
    #expect(outcome.guestFreeAtEnd == outcome.guestFreeAtStart)
    #expect(outcome.stageTwoAtEnd == outcome.mostStageTwo)
    #expect(ProcessDiagnosis(outcome).condition == .copying)
  }

  @Test("who writes nothing copies nothing")
  func quiet() throws {
    let outcome = try Self.study(writes: 0).run()
    #expect(outcome.processes[0].copies == 0 && outcome.processes[0].copyFaults == 0)
    #expect(outcome.leastGuestFree == outcome.guestFreeAtStart)
    #expect(ProcessDiagnosis(outcome).condition == .ample)
  }

  @Test("right after the fork all is shared, before the child ends nothing is")
  func maps() throws {
    let outcome = try Self.study().run()
    let first = try #require(outcome.maps.first { $0.moment == "after the fork" })
    for row in first.rows {
      #expect(row.residentBytes == Self.pages * 4096 && row.privateBytes == 0)
      #expect(row.proportionalBytes == Self.pages * 2048)
    }
    let last = try #require(outcome.maps.first { $0.moment == "before child ends" })
    #expect(last.rows.allSatisfy { $0.privateBytes == Self.pages * 4096 })
    #expect(first.usedBytes == Self.pages * 4096 && last.usedBytes == 2 * Self.pages * 4096)
  }

  @Test("a guest without memory for copies kills the younger of two that are as bad")
  func guestKills() throws {
    // Tables, data, and room for a quarter of the copies.
    let tables = UInt64(2 * (1 + 8))
    let study = Self.study(guest: (tables + Self.pages + Self.pages / 4) * 4096)
    #expect(study.problems == [])
    let outcome = try study.run()
    #expect(outcome.processes[1].killedAt != nil && outcome.processes[0].killedAt == nil)
    #expect(outcome.hostKilledAt == nil)
    let diagnosis = ProcessDiagnosis(outcome)
    #expect(diagnosis.condition == .killed)
    #expect(diagnosis.cause.contains("the guest has no memory left"))
  }

  @Test("a host without memory for copies swaps, or kills the machine where it can't")
  func hostRunsShort() throws {
    let host = (Self.pages + Self.pages / 2) * 4096
    let swapping = try Self.study(host: host, swap: 64 << 20).run()
    #expect(swapping.swapOuts > 0 && swapping.majorFaults > 0 && !swapping.hasKilled)
    #expect(swapping.mostStageTwo <= host + 64 * 4096)
    #expect(ProcessDiagnosis(swapping).condition == .hostShort)
    let killed = try Self.study(host: host).run()
    #expect(killed.hostKilledAt != nil && killed.majorFaults == 0)
    #expect(ProcessDiagnosis(killed).condition == .killed)
    let ample = try Self.study(host: 2 * host, swap: 64 << 20).run()
    #expect(ample.swapOuts == 0 && ProcessDiagnosis(ample).condition == .copying)
  }

  @Test("the same study gives the same outcome, and another seed other times")
  func deterministic() throws {
    var study = Self.study()
    study.durationNanoseconds = 1_200_000_000
    let outcome = try study.run()
    #expect(try study.run() == outcome)
    study.seed = 2
    #expect(try study.run() != outcome)
  }

  @Test("what can't be modelled is told")
  func problems() {
    var study = Self.study(guest: 1 << 46)
    #expect(study.problems.contains { $0.contains("larger scale") })
    study = Self.study(guest: 1 << 20)
    #expect(study.problems.contains { $0.contains("before anything is copied") })
    study = Self.study()
    study.durationNanoseconds = 1_000_000_000_000_000
    #expect(study.problems.contains { $0.contains("shorter time") })
    study.processes.reverse()
    study.processes[0].parent = 1
    #expect(study.problems.contains { $0.contains("stands before") })
  }

  @Test("the figures are recomputed with what the scenarios say, but for the host's memory")
  func texts() throws {
    let x86 = ShippedProfiles.textbook(.x86)
    for (name, text) in [
      ("fork-snapshot", ProcessStudy.snapshot(x86)), ("prefork-workers", ProcessStudy.workers(x86)),
    ] {
      let read = try ScenarioFolder.scenario(name)
      guard case .processes(var scenario) = read else {
        Issue.record("\(name) is no study of processes")
        continue
      }
      scenario.study.hostBytes = text.hostBytes
      #expect(scenario.study == text, "\(name)")
    }
    let deploy = try ScenarioFolder.scenario("cold-deploy")
    guard case .pressure(var scenario) = deploy else {
      Issue.record("no pressure study")
      return
    }
    scenario.study.host.memoryBytes = PressureStudy.deploy.host.memoryBytes
    #expect(scenario.study == PressureStudy.deploy)
    for (name, text) in [
      ("thrash-120-on-64", PressureStudy.thrash), ("five-services", .fiveServices),
      ("leak-cascade", .leak),
    ] {
      guard case .pressure(let scenario) = try ScenarioFolder.scenario(name) else {
        Issue.record("\(name) is no pressure study")
        continue
      }
      #expect(scenario.study == text, "\(name)")
    }
  }
}

/// The scenarios of hosts that run short of memory.
enum ScenarioFolder {
  static func scenario(_ name: String) throws -> Scenario {
    let folder = URL(fileURLWithPath: #filePath)
      .appendingPathComponent("../../../../Scenarios/pressure").standardizedFileURL
    let text = try Data(contentsOf: folder.appendingPathComponent("\(name).yaml"))
    return try Scenario.read([UInt8](text), file: "\(name).yaml")
  }
}
