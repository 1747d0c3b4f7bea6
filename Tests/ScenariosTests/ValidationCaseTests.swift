import Foundation
import Scenarios
import Studies
import Testing

@Suite("Cases of validation as files")
struct ValidationCaseTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func read(_ text: String) throws(DocumentError) -> ValidationCase {
    try ValidationCase.document.read(Array(text.utf8), file: "case.yaml")
  }

  private func one(_ prediction: String) throws(DocumentError) -> ValidationCase {
    try read("case: V0\ntitle: a case\npredictions:\n" + prediction)
  }

  /// Why a case is refused when it is run.
  private func refusal(_ prediction: String) throws -> String {
    let one = try one(prediction)
    do throws(ValidationError) {
      _ = try one.run()
      return ""
    } catch {
      return error.description
    }
  }

  @Test("the cases are files that can be read, each row in the table of rows")
  func files() throws {
    let folder = Self.root.appendingPathComponent("Tests/Cases")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(
      names
        == ["1", "10", "11", "12", "15", "18", "2", "3", "4", "4b", "5", "6", "7", "8", "9"].map {
          "V\($0).yaml"
        })
    let page = try String(
      contentsOf: Self.root.appendingPathComponent("Docs/Costs.md"), encoding: .utf8)
    for name in names {
      let text = try Data(contentsOf: folder.appendingPathComponent(name))
      let one = try ValidationCase.document.read([UInt8](text), file: name)
      #expect("\(one.id).yaml" == name)
      for prediction in one.predictions {
        for row in [prediction.row] + prediction.inputs {
          #expect(page.contains("\n| \(row) |"), "\(row)")
        }
      }
    }
  }

  @Test("a case without predictions must say why there are none")
  func empty() throws {
    let silent = "case: V0\ntitle: a case\npredictions: []\n"
    #expect(throws: DocumentError.self) { try read(silent) }
    let told = try read(silent + "left-out: [nobody measured it]\n")
    #expect(try told.predictions.isEmpty && told.run().isEmpty)
  }

  private let own = """
      - what: time of the start
        published: 460 ms
        row: D6
        tolerance: 1 %
        grade: GRADE
        inputs: [ROWS]
        play: {entries: {host: ept4, memory: 1 GiB, page: 2M, at: changeEntry}}

    """

  private func own(grade: String, rows: String) -> String {
    own.replacingOccurrences(of: "GRADE", with: grade)
      .replacingOccurrences(of: "ROWS", with: rows)
  }

  @Test("a case that takes an undeclared number from its own source is refused")
  func undeclared() throws {
    let words = try refusal(own(grade: "predicted", rows: ""))
    #expect(words.contains("takes numbers from D6"), "\(words)")
    #expect(words.contains("D6 is the very row it predicts"), "\(words)")
    let other = try refusal(own(grade: "predicted", rows: "D1"))
    #expect(other.contains("takes numbers from D6"), "\(other)")
  }

  @Test(
    "a case that claims more than its inputs allow, or declares what it does not use, is refused")
  func grades() throws {
    for grade in ["predicted", "calibrated"] {
      let words = try refusal(own(grade: grade, rows: "D6"))
      #expect(words.contains("claims to be \(grade), and its inputs allow input"), "\(words)")
    }
    #expect(try refusal(own(grade: "input", rows: "D6")) == "")
    let idle = try refusal(own(grade: "input", rows: "D6, Z1"))
    #expect(idle.contains("declares Z1 and takes nothing"), "\(idle)")
  }

  private func restores(machines: Int, inputs: String) -> String {
    """
      - what: restores at once
        published: 139 ms
        row: S3
        tolerance: 1 %
        grade: calibrated
        inputs: [\(inputs)]
        play:
          restores:
            machines: \(machines)
            bytes: 8 MiB
            storage: 6.8 Gbit/s
            row: S1
            fit: {processors: 1, time: 70 ms, row: S3}

    """
  }

  @Test("restores at once share the storage's bandwidth, and all else is each one's own")
  func restores() throws {
    let outcomes = try one(restores(machines: 8, inputs: "S1, S3")).run()
    let moving = 8.0 * 1_048_576 / 850_000_000 * 1e12
    let number = try #require(outcomes.first).found
    #expect(abs(number - (70e9 - moving + 8 * moving)) < 1e6)
    let hidden = try refusal(restores(machines: 8, inputs: "S3"))
    #expect(hidden.contains("takes numbers from S1"), "\(hidden)")
    // The point that it was fitted to is no prediction.
    let same = try refusal(restores(machines: 1, inputs: "S1, S3"))
    #expect(same.contains("its inputs allow input"), "\(same)")
  }

  @Test("rows of one paper are one source, and each row of the page has one")
  func sources() throws {
    let page = try String(
      contentsOf: Self.root.appendingPathComponent("Docs/Costs.md"), encoding: .utf8)
    let rows = page.split(separator: "\n").drop { !$0.hasPrefix("| row | machine") }.dropFirst(2)
      .prefix { $0.hasPrefix("| ") }
    let ids = rows.map { $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces) }
    #expect(ids == PublishedRow.all.map(\.id))
    // “as X7” in the column of sources says that it is the same.
    for row in rows {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells[3].hasPrefix("as ") else { continue }
      let other = String(cells[3].dropFirst(3))
      #expect(PublishedRow(cells[0])?.source == PublishedRow(other)?.source, "\(cells[0])")
    }
    #expect(PublishedRow("X4")?.source == PublishedRow("1b")?.source)
    #expect(PublishedRow("D1")?.source != PublishedRow("D6")?.source)
    #expect(PublishedRow("F02")?.source == PublishedRow("F10")?.source)
    for unknown in ["", "X", "X99", "F1", "F123", "Fxx", "perf kvm"] {
      #expect(PublishedRow(unknown) == nil, "\(unknown)")
    }
  }

  private func switching(row: String, grade: String, inputs: String) -> String {
    """
      - what: time of switching
        published: 2148 ns
        row: \(row)
        tolerance: 1 %
        grade: \(grade)
        inputs: [\(inputs)]
        play: {nested: {scheme: pvm-on-ept, count: time, profile: xeon-8269cy}}

    """
  }

  @Test("what another row of the same paper is used for is at best calibrated")
  func samePaper() throws {
    // The price of a switch is X4's, and X1 is a table of the same paper.
    let claimed = try refusal(switching(row: "X1", grade: "predicted", inputs: "X4"))
    #expect(
      claimed.contains("claims to be predicted, and its inputs allow calibrated"), "\(claimed)")
    #expect(try refusal(switching(row: "X1", grade: "calibrated", inputs: "X4")) == "")
    let hidden = try refusal(switching(row: "X1", grade: "calibrated", inputs: ""))
    #expect(hidden.contains("takes numbers from X4"), "\(hidden)")
    #expect(hidden.contains("X4 is of the source of X1, which it predicts"), "\(hidden)")
    // D1 is of others, who did not measure switches.
    #expect(try refusal(switching(row: "D1", grade: "predicted", inputs: "X4")) == "")
  }

  @Test("a row that nobody knows the source of is refused, as the predicted one and as an input")
  func unknownRows() throws {
    let row = try refusal(switching(row: "X99", grade: "predicted", inputs: "X4"))
    #expect(row.contains("nobody knows what source the row X99 is of"), "\(row)")
    let input = try refusal(switching(row: "D1", grade: "predicted", inputs: "X4, Y1"))
    #expect(input.contains("nobody knows what source the row Y1 is of"), "\(input)")
  }

  private func queue(_ processors: Int, grade: String, fitted: Int) -> String {
    """
      - what: so many processors
        published: 4 ms
        row: P4
        tolerance: 10 %
        grade: \(grade)
        inputs: [P4]
        play:
          queue:
            processors: \(processors)
            rounds: 1000
            fit:
              - {processors: 1, time: 1500 us, row: P4}
              - {processors: \(fitted), time: \(fitted) ms, row: P4}

    """
  }

  @Test("a queue is calibrated where it predicts another point, and an input where it restates one")
  func queues() throws {
    #expect(try refusal(queue(8, grade: "calibrated", fitted: 4)) == "")
    let words = try refusal(queue(4, grade: "calibrated", fitted: 4))
    // One of its points is the predicted one, and the other would not do alone.
    #expect(words.contains("its inputs allow input"), "\(words)")
    #expect(try refusal(queue(8, grade: "predicted", fitted: 4)).contains("allow calibrated"))
    let results = try one(queue(8, grade: "calibrated", fitted: 4)).run()
    // 8 processors that each hold the lock for 1 us a thousand times.
    #expect(abs(results[0].found / 8e9 - 1) < 0.01)
    let never = try refusal(
      queue(8, grade: "calibrated", fitted: 2).replacingOccurrences(
        of: "2 ms", with: "1 ms"))
    #expect(never.contains("do not wait for each other"), "\(never)")
  }

  @Test(
    "what is wrong with a file is told at its place",
    arguments: [
      ("{walk: {}}", "a play has no “walk”"),
      ("{entries: {host: ept4, memory: 1 GiB, page: 8K}}", "it must be 4K, 2M or 1G"),
      ("{entries: {host: arm-s2-64k, memory: 1 GiB, page: 4K}}", "must be of 4K"),
      ("{touch: {host: ept4, pages: 10, count: time}}", "must say which components"),
      ("{touch: {host: ept4, pages: 10, count: faults}, nested: {}}", "has 2 of its keys"),
      ("{prices: {components: [exits]}}", "is “exit” meant?"),
    ])
  func refused(_ play: String, _ words: String) {
    do throws(DocumentError) {
      _ = try one(
        "  - {what: a number, published: 1, row: W1, grade: predicted, play: \(play)}\n")
      Issue.record("it was taken")
    } catch {
      #expect(
        error.lines.contains { $0.hasPrefix("case.yaml:4:") && $0.contains(words) }, "\(error)")
    }
  }
}
