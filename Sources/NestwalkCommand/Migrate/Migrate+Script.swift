import Console
import Hypervisor
import Paging
import Studies

/// A script of writes and of what is asked of a dirty log.
extension Migrate {
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
