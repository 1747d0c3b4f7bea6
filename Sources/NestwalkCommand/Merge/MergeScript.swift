import Console
import HostMemory

/// Reads a merging script and makes its steps.
enum MergeScript {
  /// The counters that the script asks for, in its order.
  static func counters(
    _ file: FilePath, _ settings: MergingSettings
  ) throws(CommandFailure) -> [MergingCounters] {
    let script = try steps(file)
    var found: [MergingCounters] = []
    var line = 1
    do {
      var run = try MergingScriptRun(settings)
      for (number, step) in script.steps {
        line = number
        if let counters = try run.make(step) { found.append(counters) }
      }
    } catch {
      throw CommandFailure(.badInput, "\(script.name):\(line):1: \(error)")
    }
    return found
  }

  /// The steps with their lines; all that is wrong with them at once.
  private static func steps(
    _ path: FilePath
  ) throws(CommandFailure) -> (name: String, steps: [(line: Int, step: MergingScriptStep)]) {
    var steps: [(line: Int, step: MergingScriptStep)] = []
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
          do throws(MergingScriptError) {
            if let step = try MergingScriptStep(line: text) { steps.append((line, step)) }
          } catch {
            problems.append("\(name):\(line):\(error.column): \(error)")
          }
        case .tooLong:
          line += 1
          problems.append("\(name):\(line):1: the line is too long.")
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
