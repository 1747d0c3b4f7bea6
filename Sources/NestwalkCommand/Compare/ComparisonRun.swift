import Console
import Scenarios
import Studies

/// Works out a comparison, whether options or a file describe it.
enum ComparisonRun {
  /// What becomes of it.
  static func report(_ scenario: ComparisonScenario) throws(CommandFailure) -> CompareReport {
    let machines: [ComparedMachine]
    do throws(ComparisonProblem) {
      machines = try scenario.machines()
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
    var outcomes: [ComparedOutcome] = []
    for machine in machines {
      do throws(ISAComparisonError) {
        outcomes.append(try scenario.study.outcome(on: machine))
      } catch {
        let status: ExitStatus = if case .pricing = error { .badInput } else { .failed }
        throw CommandFailure(status, error.description)
      }
    }
    return CompareReport(study: scenario.study, outcomes: outcomes)
  }

  /// Writes the files that are asked for, and gives what belongs on standard output.
  static func write(
    _ report: CompareReport, json: FilePath?, csv: FilePath?
  ) throws(CommandFailure) -> String {
    try OutputSet.write(
      [(json, { report.json }), (csv, { Array(report.csv.utf8) })],
      otherwise: { CompareText.text(report) })
  }
}
