import Console
import Hypervisor
import Paging
import Studies

/// A script of writes and of what is asked of a dirty log.
extension Migrate {
  /// What has no meaning beside a script, which says all but the tables and how large pages are split.
  var scriptProblems: [String] {
    var problems: [String] = []
    if phases || file != nil { problems.append("“--script” takes neither a file nor “--phases”.") }
    let others = [
      ("--vcpus", processors != nil), ("--memory-per-vcpu", memoryPerProcessor != nil),
      ("--backing", backing != nil), ("--mechanism", method != nil),
      ("--recover", recovery != nil), ("--iterations", iterations != nil),
      ("--write-fraction", written != nil), ("--keep-writing-while-disabling", keepsWriting),
      ("--scan-access", scansAccess), ("--no-access-flags", lacksAccessFlags),
      ("--ring-entries", ringEntries != nil), ("--clear-chunk", clearChunk != nil),
      ("--seed", seed != nil), ("--profile", profile != nil), ("--set", !overrides.isEmpty),
      ("--rate", writeRate != nil), ("--bandwidth", bandwidth != nil),
      ("--threads", threads != nil), ("--machine", machine != nil),
      ("--print-scenario", printScenario), ("--json", json != nil), ("--csv", csv != nil),
      ("--html", html != nil),
    ]
    for (name, isGiven) in others where isGiven {
      problems.append("“\(name)” has no meaning with “--script”.")
    }
    return problems
  }

  func runScript(_ path: FilePath) throws(CommandFailure) -> ExitStatus {
    let script = try StepScript(
      path, read: { (line) throws(LogScriptError) in try LogScriptStep(line: line) },
      column: { _ in 1 })
    var text = ""
    guard let first = script.steps.first else {
      throw CommandFailure(
        .badInput, "\(script.name) has no step; it must begin with a machine.")
    }
    var line = first.line
    let format = host ?? .ept4
    do {
      var run = try LogScriptRun(
        first.step, format, splitting: splitting?.splitting(on: format))
      for (number, step) in script.steps.dropFirst() {
        line = number
        if let answer = try run.make(step) { text += Self.line(answer) }
      }
    } catch {
      throw CommandFailure(.badInput, "\(script.name):\(line):1: \(error)")
    }
    return Program.show(text)
  }

  /// How many pages, how often a ring was full, and the pages.
  private static func line(_ answer: LogScriptRun.Answer) -> String {
    var words = ["\(answer.count)", "\(answer.ringFullExits)"]
    for range in answer.pages {
      words.append(
        range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)")
    }
    return words.joined(separator: " ") + "\n"
  }
}
