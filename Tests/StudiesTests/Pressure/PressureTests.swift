import Scenarios
import Studies
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The scenarios themselves are run through the release command, by `Tests/Reports/pressure.py`.
@Suite("Hosts under pressure")
struct PressureTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../../Scenarios/pressure").standardizedFileURL

  private static func scenario(_ name: String) throws -> PressureScenario {
    let text = try Data(contentsOf: folder.appendingPathComponent("\(name).yaml"))
    return try PressureScenario.document.read([UInt8](text), file: "\(name).yaml")
  }

  @Test("What can't be modelled is told")
  func problems() throws {
    var study = try Self.scenario("thrash-120-on-64").study
    study.scale = 1
    study.services[0].memoryBytes = 1 << 40
    #expect(study.problems.contains { $0.contains("larger scale") })
  }
}
