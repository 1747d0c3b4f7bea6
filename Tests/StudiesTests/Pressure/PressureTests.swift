import HostMemory
import Scenarios
import Studies
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Hosts under pressure")
struct PressureTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../../Scenarios/pressure").standardizedFileURL

  private static func scenario(
    _ name: String, as file: String? = nil, _ overrides: [String] = []
  ) throws -> PressureScenario {
    let text = try Data(contentsOf: folder.appendingPathComponent("\(name).yaml"))
    return try PressureScenario.document.read(
      [UInt8](text), file: file ?? "\(name).yaml",
      overrides: try overrides.map { try NodeOverride(parsing: $0) })
  }

  @Test(
    "Each diagnosis is its own, changes with twice the memory, and does not change with the name",
    arguments: [
      ("thrash-120-on-64", PressureDiagnosis.Condition.thrashing, "128 GiB"),
      ("five-services", .thrashing, "128 GiB"), ("leak-cascade", .killed, "16 GiB"),
      ("direct-reclaim", .stalling, "2 GiB"),
    ])
  func diagnosis(
    _ name: String, _ condition: PressureDiagnosis.Condition, _ twice: String
  ) throws {
    let study = try Self.scenario(name).study
    let outcome = study.run()
    let found = PressureDiagnosis(outcome)
    #expect(found.condition == condition)
    #expect(!found.cause.isEmpty && !found.findings.isEmpty && !found.remedies.isEmpty)
    let renamed = try Self.scenario(name, as: "something-else.yaml").study
    #expect(PressureDiagnosis(renamed.run()) == found)
    let doubled = try Self.scenario(name, ["host.memory=\(twice)"]).study.run()
    let other = PressureDiagnosis(doubled)
    #expect(other.condition != condition)
    #expect(other.cause != found.cause)
  }

  @Test("The working set is estimated from what was touched")
  func workingSet() throws {
    let outcome = try Self.scenario("thrash-120-on-64").study.run()
    let found = Double(outcome.services[0].workingSetBytes)
    #expect(abs(found / Double(UInt64(120) << 30) - 1) < 0.05)
  }

  @Test("Time adds up: a request of who waits for nothing takes its work")
  func ample() throws {
    var study = try Self.scenario("thrash-120-on-64").study
    study.host.memoryBytes = 256 << 30
    let outcome = study.run()
    #expect(outcome.counters.majorFaults == 0)
    #expect(PressureDiagnosis(outcome).condition == .ample)
    let half = try #require(outcome.services[0].latency(percentile: 50))
    #expect(Double(half) < 1.02 * Double(outcome.services[0].requestWork))
  }

  @Test("What can't be modelled is told")
  func problems() throws {
    var study = try Self.scenario("thrash-120-on-64").study
    study.scale = 1
    study.services[0].memoryBytes = 1 << 40
    #expect(study.problems.contains { $0.contains("larger scale") })
  }
}
