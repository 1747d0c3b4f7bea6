import Console
import Costs
import Records
import Scenarios
import Studies

/// `nestwalk claims`: the source texts' figures, recomputed.
struct ClaimsCommand: Command {
  var rows: [ClaimRow] = []
  var markdown: FilePath?
  var json: FilePath?

  static let name = "claims"
  static let summary = "recompute the source texts' figures, each with its verdict"
  static let discussion = [
    "Plays the setup of each figure and compares. A figure is reproduced if the model gives it,"
      + " corrected if the model gives another, and a parameter if it is a price that a profile has."
      + " No verdict is written down anywhere: each follows from the numbers of this run.",
    "Rows have the ids of Docs/Claims.md, which is this command's output.",
  ]
  static let examples = [
    CommandExample("nestwalk claims", "All figures with their verdicts."),
    CommandExample("nestwalk claims F04 F10", "Two of them, with their numbers."),
    CommandExample("nestwalk claims --markdown Docs/Claims.md", "The page of the documentation."),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("ROW", \.rows, "The rows to recompute, instead of all"),
    .option(
      "markdown", \.markdown, value: "FILE",
      "Write the findings as a page of Markdown; “-” is standard output"),
    .option("json", \.json, value: "FILE", "Write the findings as JSON; “-” is standard output"),
  ]

  func problems() -> [String] {
    json?.isStandardStream == true && markdown?.isStandardStream == true
      ? ["“--json” and “--markdown” can't both be “-”."] : []
  }

  func run() throws(CommandFailure) -> ExitStatus {
    let findings = try findings()
    var text = ClaimsText.text(findings, withPending: rows.isEmpty)
    let outputs = [
      (json, { ClaimsText.json(findings) }),
      (markdown, { Array(ClaimsText.markdown(findings, withPending: rows.isEmpty).utf8) }),
    ]
    for (file, bytes) in outputs {
      guard let file else { continue }
      if file.isStandardStream {
        text = String(decoding: bytes(), as: UTF8.self)
      } else {
        do throws(SystemError) {
          try OutputFile.write(file.path, bytes: bytes())
        } catch {
          throw CommandFailure(.failed, error.description)
        }
      }
    }
    return Program.show(text)
  }

  private func findings() throws(CommandFailure) -> [ClaimFinding] {
    guard let x86 = ShippedProfiles.named("xeon-8269cy"),
      let arm = ShippedProfiles.named("ampere-altra")
    else { preconditionFailure("the profiles come with the program") }
    let textbook = CostProfile.Architecture.allCases.map { ShippedProfiles.textbook($0) }
    let claims = Claims(ClaimProfiles(textbook: textbook, measuredX86: x86, measuredArm: arm))
    var findings: [ClaimFinding] = []
    for id in rows.isEmpty ? Claims.ids.sorted() : rows.map(\.id) {
      let finding: ClaimFinding
      do throws(ClaimError) {
        finding = try claims.finding(id)
      } catch {
        throw CommandFailure(.failed, "\(id): \(error)")
      }
      guard finding.strayInputs.isEmpty else {
        throw CommandFailure(.failed, "\(id) is an input, and no profile has it as it is stated.")
      }
      findings.append(finding)
    }
    return findings
  }
}

/// The id of a figure that is recomputed.
struct ClaimRow: ArgumentValue, Hashable {
  let id: String

  init(argument: String) throws(ArgumentValueError) {
    guard Claims.ids.contains(argument) else {
      throw ArgumentValueError("it must be one of \(Claims.ids.sorted().joined(separator: ", "))")
    }
    id = argument
  }

  var argument: String { id }
}
