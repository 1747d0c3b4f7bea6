import Console
import Reports
import Scenarios
import Studies

/// What is done for each study: the text, and whether a target is missed.
extension Run {
  /// Works out whatever a file asks.
  func run(
    _ scenario: Scenario, _ source: String
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    switch scenario {
    case .storm(let storm):
      if let sweep = storm.sweep { return try run(storm, sweep, source) }
      return try run(storm, source)
    case .density(let density): return try run(density, source)
    case .comparison(let comparison): return try run(comparison)
    }
  }

  /// Works out a storm and, where that is asked, its mitigations.
  private func run(
    _ scenario: StormScenario, _ source: String
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    var observed = StormTimeline(scenario.storm)
    var report = try report(scenario, source, &observed)
    if mitigate {
      report.mitigations = MitigationStudy(scenario.storm, target: scenario.target)
        .run(after: report.outcome, threads: threadCount)
    }
    let mitigations = report.mitigations.map { MitigationReport(report, $0) }
    let text = try OutputSet.write(
      [
        (json, { report.json }), (csv, { Array((mitigations?.csv ?? report.csv).utf8) }),
        (html, { Array(report.page.utf8) }), (timeline, { observed.json(report) }),
      ],
      otherwise: { mitigations.map(MitigationText.text) ?? StormText.text(report) })
    return (text, !report.misses.isEmpty)
  }

  private func report(
    _ scenario: StormScenario, _ source: String, _ observed: inout StormTimeline
  ) throws(CommandFailure) -> StormReport {
    do throws(StormError) {
      let outcome =
        timeline == nil
        ? try scenario.storm.run() : try scenario.storm.run(observer: &observed)
      return StormReport(
        scenario.title, scenario.storm, outcome, target: scenario.target, source: source)
    } catch {
      let status: ExitStatus = if case .engine = error { .failed } else { .badInput }
      throw CommandFailure(status, error.description)
    }
  }

  /// Works out every point of a sweep; the target is missed where none of them meets it.
  private func run(
    _ scenario: StormScenario, _ sweep: StormSweep, _ source: String
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    let figures = IndependentWork.results(of: sweep.points.count, threads: threadCount) { number in
      let scenario = sweep.points[number].scenario
      return scenario.storm.figures(scenario.target)
    }
    let rows = zip(sweep.points, figures).map { point, figures in
      SweepReport.Row(values: point.values, target: point.scenario.target, figures: figures)
    }
    let report = SweepReport(scenario.title, sweep.fields, rows, source: source)
    let text = try OutputSet.write(
      [
        (json, { report.json }), (csv, { Array(report.csv.utf8) }),
        (html, { Array(report.page.utf8) }),
      ],
      otherwise: { SweepText.text(report) })
    return (text, report.hasTarget && report.met == 0)
  }

  /// Works out how many machines fit.
  private func run(
    _ scenario: DensityScenario, _ source: String
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    let outcome: DensityOutcome
    do throws(DensityError) {
      outcome = try scenario.density.run()
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
    let report = DensityReport(scenario.title, scenario.density, outcome, source: source)
    let text = try OutputSet.write(
      [
        (json, { report.json }), (csv, { Array(report.csv.utf8) }),
        (html, { Array(report.page.utf8) }),
      ],
      otherwise: { DensityText.text(report, DensityText.Detail()) })
    return (text, false)
  }

  /// Works out a comparison.
  private func run(
    _ scenario: ComparisonScenario
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    let report = try ComparisonRun.report(scenario)
    var text = try ComparisonRun.write(report, json: json, csv: csv)
    let isText = json?.isStandardStream != true && csv?.isStandardStream != true
    if isText, let title = scenario.title { text = title + "\n\n" + text }
    return (text, false)
  }
}
