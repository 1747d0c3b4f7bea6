import Console
import Records

/// A benchmark as a command: it prints its rows as they come, and may write them as JSON.
protocol Benchmark: Command {
  /// Where the rows are written as JSON, if anywhere.
  var json: FilePath? { get set }

  /// Measures, and reports each row.
  func measure(_ report: (BenchmarkRow) -> Void) throws
}

extension Benchmark {
  static var discussion: [String] {
    [
      "Times are nanoseconds for one operation. Only the ratio to the floor, measured in the same run,"
        + " says something on a machine that others use too. The last columns are millions of"
        + " operations a minute on one core, of the model and of the floor."
    ]
  }

  /// How often model and floor are measured.
  static func rounds(_ path: any WritableKeyPath<Self, RoundCount> & Sendable) -> Parameter<Self> {
    .option("rounds", path, value: "N", "Measure N times in turn and take the best of each")
  }

  static var jsonParameter: Parameter<Self> {
    .option("json", \.json, value: "FILE", "Write the rows as JSON as well; “-” is standard output")
  }

  func run() throws(CommandFailure) -> ExitStatus {
    // The table would stand in the way of JSON on standard output.
    let prints = json?.isStandardStream != true
    var rows: [BenchmarkRow] = []
    do {
      try measure { row in
        if prints { print(rows.isEmpty ? "\(BenchmarkRow.heads)\n\(row.line)" : row.line) }
        rows.append(row)
      }
    } catch {
      throw CommandFailure(.failed, "\(error)")
    }
    guard let json else { return .success }
    let bytes = BenchmarkRow.json(rows)
    if json.isStandardStream { return Program.show(String(decoding: bytes, as: UTF8.self)) }
    do throws(SystemError) {
      try OutputFile.write(json.path, bytes: bytes)
    } catch {
      throw CommandFailure(.failed, error.description)
    }
    return .success
  }
}

/// How often something is measured: at least once.
struct RoundCount: ArgumentValue, Hashable {
  let value: Int

  init(_ value: Int) { self.value = value }

  init(argument: String) throws(ArgumentValueError) {
    guard let value = Int(argument), value > 0 else {
      throw ArgumentValueError("it must be a positive integer")
    }
    self.value = value
  }

  var argument: String { String(value) }
}
