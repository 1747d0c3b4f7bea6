import Foundation
import Testing

/// `nestwalk claims` as a user runs it; that the page of the documentation is its output is checked
/// with the release build.
@Suite("The command claims")
struct ClaimsCommandTests {
  @Test("Rows are told with their numbers, in 80 columns")
  func text() throws {
    let run = try CommandRun(["claims", "F10", "F13", "F21", "F50"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.allSatisfy { $0.count <= 80 && $0.last != " " })
    #expect(run.lines.contains { $0.hasPrefix("F10") && $0.hasSuffix("corrected") })
    #expect(run.lines.contains { $0.hasPrefix("F50") && $0.hasSuffix("reproduced") })
    #expect(run.output.contains("4 figures: 1 reproduced, 3 corrected"))
    #expect(!run.output.contains("Not recomputed"))
  }

  @Test("The JSON has the same verdicts, and every number")
  func json() throws {
    let run = try CommandRun(["claims", "F02", "F14", "--json", "-"])
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    let findings = try #require(object as? [[String: Any]])
    #expect(findings.map { $0["verdict"] as? String } == ["reproduced", "corrected"])
    let checks = try #require(findings[0]["checks"] as? [[String: Any]])
    #expect(checks.first?["found"] as? Double == 7e9)
  }

  @Test("A row that there is not is refused")
  func refused() throws {
    let run = try CommandRun(["claims", "F99"])
    #expect(run.status == 2 && run.errors.contains("it must be one of F01, F02"))
    let both = try CommandRun(["claims", "--json", "-", "--markdown", "-"])
    #expect(both.status == 2)
  }
}
