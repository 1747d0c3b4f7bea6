import Foundation
import Reports
import Scenarios
import Studies
import Testing

/// A storm whose processors pass locks, in the forms that tell of them.
@Suite("A report tells what was waited for where processors race")
struct RacingFormsTests {
  private struct Outcome: Decodable {
    struct Use: Decodable {
      let name: String
      let waited: Int
      let writes: Int?
      let transfers: Int?
    }
    struct Time: Decodable {
      let components: [String: Int]
    }
    let time: Time
    let locks: [Use]
    let words: [Use]?
  }

  private func report(active: Int) throws -> StormReport {
    let file = """
      study: boot-storm
      title: racing
      host: {processors: 4, memory: 8 GiB}
      fleet:
        - {name: small, count: 1, guest: microvm, processors: 4, active: \(active)}
      policy: {faultPath: parallel}
      profile: xeon-8269cy

      """
    let scenario = try StormScenario.document.read(Array(file.utf8), file: "x.yaml")
    return StormReport(scenario.title, scenario.storm, try scenario.storm.run())
  }

  @Test("the wait for locks is that for each lock and for each word")
  func waits() throws {
    let report = try report(active: 4)
    let outcome = try JSONDecoder().decode(Outcome.self, from: Data(report.json))
    let words = try #require(outcome.words)
    #expect(words.map(\.name) == ["machines", "processes"])
    for word in words {
      #expect(word.waited > 0)
      #expect((word.writes ?? 0) > (word.transfers ?? 0) && (word.transfers ?? 0) > 0)
    }
    let parts = outcome.locks + words
    let sum = parts.reduce(0) { $0 + $1.waited }
    let all = try #require(outcome.time.components["lockWait"])
    // Each is rounded to nanoseconds by itself.
    #expect(abs(sum - all) <= parts.count)
    let text = StormText.text(report).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let waited = Measure.time.text(Double(words.reduce(0) { $0 + $1.waited }))
    #expect(text.contains("had to come from another processor (\(waited))."), "\(text)")
    #expect(report.page.contains("had to come from another processor (\(waited))."))
  }

  @Test("one processor writes no word that others read")
  func alone() throws {
    let report = try report(active: 1)
    let outcome = try JSONDecoder().decode(Outcome.self, from: Data(report.json))
    #expect(outcome.words == nil)
    #expect(!StormText.text(report).contains("raced"))
  }
}
