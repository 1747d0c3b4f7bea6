import Console
import HostMemory

/// Reads a merging script and makes its steps.
enum MergeScript {
  /// The counters that the script asks for, in its order.
  static func counters(
    _ file: FilePath, _ settings: MergingSettings
  ) throws(CommandFailure) -> [MergingCounters] {
    let script = try StepScript(
      file,
      read: { (line) throws(MergingScriptError) in try MergingScriptStep(line: line) },
      column: { $0.column })
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
}
