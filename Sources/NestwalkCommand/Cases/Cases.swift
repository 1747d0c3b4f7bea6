import Console
import Records
import Scenarios
import Studies

/// `nestwalk cases`: published measurements beside what the model predicts of them.
struct Cases: Command {
  var files: [FilePath] = []
  var json: FilePath?
  var page: FilePath?

  static let name = "cases"
  static let summary = "predict published measurements, and tell how far off it is"
  static let discussion = [
    "Plays what each file says, at full size, and prints the model's number beside the published one."
      + " A prediction says what it proves: “predicted” uses nothing of the posting, “calibrated” is"
      + " fitted to other points of it, “input” restates a number that a price was taken from. One that"
      + " takes a number from a row that it does not declare, or claims more than its inputs allow, is"
      + " refused. The exit status is 3 where a prediction is outside its tolerance."
  ]
  static let examples = [
    CommandExample("nestwalk cases Tests/Cases/V5.yaml", "One measurement."),
    CommandExample(
      "nestwalk cases Tests/Cases/V*.yaml --into Docs/Costs.md", "The table of the documentation."),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("FILE", \.files, "The cases; “-” is standard input", isRequired: true),
    .option("json", \.json, value: "FILE", "Write the results as JSON; “-” is standard output"),
    .option(
      "into", \.page, value: "FILE",
      "Put the table into a page of Markdown, at its end under “\(CasesText.heading)”"),
  ]

  func run() throws(CommandFailure) -> ExitStatus {
    var cases: [ValidationCase] = []
    var wrong: [String] = []
    for path in files {
      do throws(CommandFailure) {
        let file = try DocumentFile(path)
        do throws(DocumentError) {
          cases.append(try ValidationCase.document.read(file.text, file: file.name))
        } catch {
          wrong += error.lines
        }
      } catch {
        wrong.append(error.message)
      }
    }
    guard wrong.isEmpty else {
      throw CommandFailure(.badInput, "a case is refused:\n" + wrong.joined(separator: "\n"))
    }
    var results: [(ValidationCase, [ValidationResult])] = []
    for one in cases {
      do throws(ValidationError) {
        results.append((one, try one.run()))
      } catch {
        throw CommandFailure(.badInput, error.description)
      }
    }
    var text = CasesText.text(results)
    if let page { try put(CasesText.markdown(results), into: page) }
    if let json {
      if json.isStandardStream {
        text = String(decoding: CasesText.json(results), as: UTF8.self)
      } else {
        try write(CasesText.json(results), to: json)
      }
    }
    let shown = Program.show(text)
    guard shown == .success else { return shown }
    return results.allSatisfy { $0.1.allSatisfy(\.holds) } ? .success : .targetMissed
  }

  /// Replaces the end of a page, from the heading on.
  private func put(_ table: String, into path: FilePath) throws(CommandFailure) {
    let page = try DocumentFile(path)
    let lines = String(decoding: page.text, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let place = lines.firstIndex(of: CasesText.heading) else {
      throw CommandFailure(.badInput, "\(page.name) has no line “\(CasesText.heading)”.")
    }
    let start = lines[...place].joined(separator: "\n")
    try write(Array("\(start)\n\n\(table)".utf8), to: path)
  }

  private func write(_ bytes: [UInt8], to path: FilePath) throws(CommandFailure) {
    do throws(SystemError) {
      try OutputFile.write(path.path, bytes: bytes)
    } catch {
      throw CommandFailure(.failed, error.description)
    }
  }
}
