import Console
import Hypervisor
import Paging
import Studies

/// A script of writes and of what is asked of a dirty log.
extension Migrate {
  func runScript(_ path: FilePath) throws(CommandFailure) -> ExitStatus {
    let script = try Self.steps(path)
    var text = ""
    guard let first = script.steps.first else { return Program.show("") }
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

  /// The steps with their lines; all that is wrong with them at once.
  private static func steps(
    _ path: FilePath
  ) throws(CommandFailure) -> (name: String, steps: [(line: Int, step: LogScriptStep)]) {
    var steps: [(line: Int, step: LogScriptStep)] = []
    var problems: [String] = []
    var line = 0
    let name: String
    do throws(SystemError) {
      let file = try path.isStandardStream ? File.standardInput() : File.reading(path.path)
      var source = LineSource(file)
      name = source.name
      reading: while true {
        switch source.next() {
        case .line(let range):
          line += 1
          let text = String(decoding: source.bytes[range], as: UTF8.self)
          do throws(LogScriptError) {
            if let step = try LogScriptStep(line: text) { steps.append((line, step)) }
          } catch {
            problems.append("\(name):\(line):1: \(error)")
          }
        case .tooLong:
          line += 1
          problems.append("\(name):\(line):1: The line is too long.")
        case .exhausted: try source.refill()
        case .end: break reading
        }
      }
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
    guard problems.isEmpty else {
      throw CommandFailure(.badInput, problems.joined(separator: "\n"))
    }
    return (name, steps)
  }
}
