import Console
import Costs
import Glibc
import Paging
import Quantities
import Reports
import Scenarios
import Studies

/// `nestwalk run`: works out the studies that files describe.
struct Run: Command {
  var files: [FilePath] = []
  var overrides: [OverrideArgument] = []
  var profile: ProfileArgument?
  var mode: Storm.Mode?
  var mitigate = false
  var threads: Int?
  var json: FilePath?
  var csv: FilePath?
  var html: FilePath?
  var timeline: FilePath?

  static let name = "run"
  static let summary = "work out the study that a file describes, such as a storm"
  static let discussion = [
    "FILE describes a storm, a sweep over storms, how many machines fit (study: density), what faults cost"
      + " on several ISAs (isa-comparison), what TLBs make of accesses (translation), services on a host"
      + " that runs short of memory (pressure), machines that are moved while they run (migration),"
      + " processes of a guest that fork and write (processes), or a fleet whose equal pages are merged"
      + " (merging).",
    "A storm's file has a host, the virtual machines that start on it, what the host does about their"
      + " faults, and what is wanted. The summary says how long it takes until all are ready, compared"
      + " with one machine alone on the host and with bare metal, and where the time goes.",
    "The same file gives the same bytes in every run. The exit status is 3 where the file's target is"
      + " missed, and 2 where there is anything wrong with a file.",
  ]
  static let examples = [
    CommandExample(
      "nestwalk run Scenarios/boot-storm-32.yaml", "Thirty-two machines that boot at once."),
    CommandExample(
      "nestwalk run Scenarios/boot-storm-32.yaml --set policy.backing=2M --html storm.html",
      "The same with large pages, and a page to read in a browser."),
    CommandExample(
      "nestwalk run Scenarios/boot-storm-32.yaml --mitigate --set \"target.ready=4.4 s\"",
      "What a host can do about it, and the cheapest that has them ready in 4.4 s."),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("FILE", \.files, "The files; “-” is standard input"),
    .option(
      "set", \.overrides, value: "PATH=VALUE",
      "Give a field another value, such as fleet[0].count=64"),
    .option(
      "profile", \.profile, value: "PROFILE",
      "Price by this profile, by its name or in a file", default: "the file's"),
    .option(
      "mode", \.mode, value: "MODE", "How the faults are counted", default: "the file's"),
    .flag(
      "mitigate", \.mitigate,
      "Try what a host can do about the faults, and tell what helps and what it costs"),
    .option(
      "threads", \.threads, value: "N",
      "How many threads work on several storms, or count each machine for itself; the outcome is the same"
        + " on any number",
      default: "the processors there are"),
    .option(
      "json", \.json, value: "FILE", "Write the outcome as JSON; “-” is standard output"),
    .option(
      "csv", \.csv, value: "FILE",
      "Write faults and memory over time, or the mitigations, as CSV; “-” is standard output"),
    .option("html", \.html, value: "FILE", "Write a page with charts that stands alone"),
    .option(
      "timeline", \.timeline, value: "FILE",
      "Write what processors and locks did when, or the rounds of a migration, as Trace Event JSON for"
        + " Perfetto"),
  ]

  func problems() -> [String] {
    var problems: [String] = []
    if files.isEmpty { problems.append("FILE is missing: name at least one.") }
    let outputs = [
      ("--json", json), ("--csv", csv), ("--html", html), ("--timeline", timeline),
    ].filter { $0.1 != nil }
    if let threads, !(1...1024 ~= threads) {
      problems.append("“--threads” is \(threads): it must be from 1 to 1024.")
    }
    if files.count > 1, let output = outputs.first {
      problems.append("“\(output.0)” takes the outcome of one FILE: name one.")
    }
    if outputs.count(where: { $0.1?.isStandardStream == true }) > 1 {
      problems.append("Only one of the outputs can go to standard output.")
    }
    return problems
  }

  func run() throws(CommandFailure) -> ExitStatus {
    // Everything is read before anything is run: a mistake in the last file is told at once.
    var files: [(scenario: Scenario, source: String)] = []
    for path in self.files { files.append(try scenario(path)) }
    var status = ExitStatus.success
    var texts: [String] = []
    for file in files {
      let result = try run(file.scenario, file.source)
      texts.append(result.text)
      if result.isMissed { status = .targetMissed }
    }
    let shown = Program.show(texts.joined(separator: "\n"))
    return shown == .success ? status : shown
  }

  /// The threads that are asked for, or as many as the machine has processors.
  var threadCount: Int { threads ?? Self.processorCount }

  /// The processors of the machine that this runs on.
  static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// What a file describes, and its text.
  private func scenario(_ path: FilePath) throws(CommandFailure) -> (Scenario, String) {
    let file = try DocumentFile(path)
    let scenario: Scenario
    do throws(DocumentError) {
      scenario = try Scenario.read(
        file.text, file: file.name, overrides: overrides.map(\.override))
    } catch {
      throw CommandFailure(.badInput, "the file is refused:\n\(error)")
    }
    let source = String(decoding: file.text, as: UTF8.self)
    switch scenario {
    case .storm(let storm):
      try refuse("--timeline", timeline != nil && storm.sweep != nil, file.name, "has a sweep")
      try refuse("--mitigate", mitigate && storm.sweep != nil, file.name, "has a sweep")
      return (.storm(try changed(storm, file.name)), source)
    case .migration(let migration):
      try refuse("--mitigate", mitigate, file.name, "is no storm")
      try refuse("--mode", mode != nil, file.name, "is no storm")
      return (.migration(try changed(migration, file.name)), source)
    case .density, .comparison, .translation, .pressure, .processes, .merging:
      for (option, isGiven) in [
        ("--timeline", timeline != nil), ("--mitigate", mitigate), ("--profile", profile != nil),
        ("--mode", mode != nil),
      ] {
        try refuse(option, isGiven, file.name, "is no storm")
      }
      if case .comparison = scenario {
        try refuse("--html", html != nil, file.name, "is a comparison")
      }
      if case .translation = scenario {
        try refuse("--html", html != nil, file.name, "is a study of translation")
        try refuse("--csv", csv != nil, file.name, "is a study of translation")
      }
      return (scenario, source)
    }
  }

  private func refuse(
    _ option: String, _ isGiven: Bool, _ file: String, _ reason: String
  ) throws(CommandFailure) {
    guard isGiven else { return }
    throw CommandFailure(.badInput, "“\(option)” has no meaning for \(file), which \(reason).")
  }

  /// A migration with what options change.
  private func changed(
    _ scenario: MigrationScenario, _ file: String
  ) throws(CommandFailure) -> MigrationScenario {
    guard let profile else { return scenario }
    var scenario = scenario
    scenario.study.profile = try profile.profile()
    let (isa, chosen) = (scenario.study.host.isa, scenario.study.profile.architecture)
    guard isa.rawValue == chosen.rawValue else {
      throw CommandFailure(
        .badInput,
        "The profile is one of \(chosen.rawValue), and the machine of \(file) has"
          + " \(scenario.study.host.rawValue) tables.")
    }
    return scenario
  }

  /// A storm, and each of its sweep, with what options change.
  private func changed(
    _ scenario: StormScenario, _ file: String
  ) throws(CommandFailure) -> StormScenario {
    var scenario = scenario
    if let profile { scenario.storm.profile = try profile.profile() }
    if let mode { scenario.storm.mode = mode }
    let chosen = scenario.storm.profile
    for flavour in scenario.storm.fleet
    where flavour.host.isa.rawValue != chosen.architecture.rawValue {
      throw CommandFailure(
        .badInput,
        "The machines “\(flavour.name)” of \(file) have \(flavour.host.rawValue) tables, and"
          + " the profile “\(chosen.name)” is one of \(chosen.architecture.rawValue).")
    }
    guard var sweep = scenario.sweep else { return scenario }
    for (option, field, isGiven) in [
      ("--profile", "profile", profile != nil), ("--mode", "mode", mode != nil),
    ] where isGiven && sweep.fields.contains(field) {
      throw CommandFailure(
        .badInput, "“\(option)” and the sweep of “\(field)” in \(file) exclude each other.")
    }
    for number in sweep.points.indices {
      sweep.points[number].scenario = try changed(sweep.points[number].scenario, file)
    }
    scenario.sweep = sweep
    return scenario
  }
}

extension Storm.Mode: ArgumentValue {}
