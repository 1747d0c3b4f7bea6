import Console

/// A script whose lines are steps, read whole before the first is made.
struct StepScript<Step> {
  /// The file's name.
  let name: String
  /// The steps with their lines.
  let steps: [(line: Int, step: Step)]

  /// Reads a script, or tells all that is wrong with it at once.
  ///
  /// A line that says no step is passed over.
  init<Problem: Error>(
    _ path: FilePath, read: (String) throws(Problem) -> Step?, column: (Problem) -> Int
  ) throws(CommandFailure) {
    var steps: [(line: Int, step: Step)] = []
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
          do throws(Problem) {
            if let step = try read(text) { steps.append((line, step)) }
          } catch {
            problems.append("\(name):\(line):\(column(error)): \(error)")
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
    self.name = name
    self.steps = steps
  }
}
