import Console
import HostMemory
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
    case .translation(let translation): return try run(translation)
    case .pressure(let pressure): return try run(pressure, source)
    case .migration(let migration): return try run(migration, source)
    case .processes(let processes): return try run(processes, source)
    case .merging(let merging): return try run(merging, source)
    }
  }

  /// Works out a storm and, where that is asked, its mitigations.
  private func run(
    _ scenario: StormScenario, _ source: String
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    var observed = StormTimeline(scenario.storm)
    var report = try report(scenario, source, &observed)
    if mitigate {
      let progress = Progress("storms")
      defer { progress.end() }
      report.mitigations = MitigationStudy(scenario.storm, target: scenario.target)
        .run(after: report.outcome, threads: threadCount, finished: progress.report)
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
      let outcome = try outcome(scenario.storm, &observed)
      return StormReport(
        scenario.title, scenario.storm, outcome, target: scenario.target, source: source)
    } catch {
      let status: ExitStatus = if case .engine = error { .failed } else { .badInput }
      throw CommandFailure(status, error.description)
    }
  }

  /// What becomes of a storm, under the eyes of a timeline or of who waits for it at a terminal.
  private func outcome(
    _ storm: Storm, _ observed: inout StormTimeline
  ) throws(StormError) -> StormOutcome {
    if timeline != nil { return try storm.run(observer: &observed, threads: threadCount) }
    guard var progress = WorkProgress(storm) else { return try storm.run(threads: threadCount) }
    defer { progress.end() }
    return try storm.run(observer: &progress, threads: threadCount)
  }

  /// Works out every point of a sweep; the target is missed where none of them meets it.
  private func run(
    _ scenario: StormScenario, _ sweep: StormSweep, _ source: String
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    let progress = Progress("storms")
    let all = sweep.points.count
    let figures = IndependentWork.results(
      of: all, threads: threadCount, finished: { progress.report($0, all) }
    ) { number in
      let scenario = sweep.points[number].scenario
      return scenario.storm.figures(scenario.target)
    }
    progress.end()
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

  /// Works out what becomes of services that share a host's memory.
  private func run(
    _ scenario: PressureScenario, _ source: String
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    let report = PressureReport(
      scenario.title, scenario.study, scenario.study.run(), source: source)
    let text = try OutputSet.write(
      [
        (json, { report.json }), (csv, { Array(report.csv.utf8) }),
        (html, { Array(report.page.utf8) }),
      ],
      otherwise: { PressureText.text(report) })
    return (text, false)
  }

  /// Moves machines; the target is missed where one stays where it was.
  private func run(
    _ scenario: MigrationScenario, _ source: String
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    let progress = Progress("machines")
    let all = scenario.study.machines
    let fleet: MigrationFleet
    do throws(MigrationError) {
      fleet = try scenario.study.runAll(threads: threadCount) { progress.report($0, all) }
      progress.end()
    } catch {
      progress.end()
      throw CommandFailure(.badInput, error.description)
    }
    let report = MigrationReport(scenario.title, scenario.study, fleet, source: source)
    let text = try OutputSet.write(
      [
        (json, { report.json }), (csv, { Array(report.csv.utf8) }),
        (html, { Array(report.page.utf8) }), (timeline, { report.timeline }),
      ],
      otherwise: { MigrationText.text(report) })
    return (text, report.isMissed)
  }

  /// Works out what becomes of processes that fork and write.
  private func run(
    _ scenario: ProcessScenario, _ source: String
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    let outcome: ProcessOutcome
    do throws(ProcessError) {
      outcome = try scenario.study.run()
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
    let report = ProcessReport(scenario.title, outcome, source: source)
    let text = try OutputSet.write(
      [
        (json, { report.json }), (csv, { Array(report.csv.utf8) }),
        (html, { Array(report.page.utf8) }),
      ],
      otherwise: { ProcessText.text(report) })
    return (text, false)
  }

  /// Works out what merging gives back to a host.
  private func run(
    _ scenario: MergingScenario, _ source: String
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    let outcome: MergingOutcome
    do throws(MergingError) {
      outcome = try scenario.study.outcome()
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
    let report = MergingReport(scenario.title, scenario.study, outcome, source: source)
    let text = try OutputSet.write(
      [
        (json, { report.json }), (csv, { Array(report.csv.utf8) }),
        (html, { Array(report.page.utf8) }),
      ],
      otherwise: { MergingText.text(report) })
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

  /// Works out what translation costs a program.
  private func run(
    _ scenario: TranslationScenario
  ) throws(CommandFailure) -> (text: String, isMissed: Bool) {
    let command = TLB(scenario)
    if let problem = command.problems().first { throw CommandFailure(.badInput, problem) }
    let report = try command.report()
    var text = try OutputSet.write(
      [(json, { TLB.json(report) })], otherwise: { TLBText.text(report) })
    if json?.isStandardStream != true, let title = scenario.title { text = title + "\n\n" + text }
    return (text, false)
  }
}
