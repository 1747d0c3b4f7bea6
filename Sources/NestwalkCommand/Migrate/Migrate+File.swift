import Console
import Costs
import HostMemory
import Hypervisor
import Paging
import Quantities
import Reports
import Scenarios
import Studies

/// A migration that a file or options describe, with every way to track writes side by side.
extension Migrate {
  var fileProblems: [String] {
    var problems: [String] = []
    let phaseOptions = [
      ("--recover", recovery != nil), ("--iterations", iterations != nil),
      ("--write-fraction", written != nil), ("--keep-writing-while-disabling", keepsWriting),
      ("--clear-chunk", clearChunk != nil), ("--scan-access", scansAccess),
      ("--no-access-flags", lacksAccessFlags),
    ]
    for (name, isGiven) in phaseOptions where isGiven {
      problems.append("“\(name)” has a meaning with “--phases” alone.")
    }
    if file == nil {
      if writeRate == nil {
        problems.append(
          "What is to be played isn't said: name a FILE, give the rate of the writes with “--rate”, or play"
            + " the phases of a dirty log with “--phases”.")
      }
      if !overrides.isEmpty { problems.append("“--set” changes a field of a FILE: name one.") }
    } else {
      let machineOptions = [
        ("--vcpus", processors != nil), ("--memory-per-vcpu", memoryPerProcessor != nil),
        ("--rate", writeRate != nil), ("--bandwidth", bandwidth != nil), ("--seed", seed != nil),
        ("--host", host != nil),
      ]
      for (name, isGiven) in machineOptions where isGiven {
        problems.append(
          "“\(name)” describes a machine, and so does FILE: change a field of it with “--set”.")
      }
    }
    if let backing, FrameOrder(bytes: backing.bytes) == nil {
      problems.append("“--backing” is “\(backing.argument)”: it must be 4K, 2M or 1G.")
    }
    if let problem = smallProblem { problems.append(problem) }
    if let ringEntries {
      if let method, !method.hasRing {
        problems.append(Self.ringless)
      } else if let problem = ringSentence((method ?? .ring).mechanism(ringEntries: ringEntries)) {
        problems.append(problem)
      }
    }
    if file == nil, machine != nil {
      problems.append("“--machine” chooses one of FILE's: name one.")
    }
    if let threads, !(1...1024 ~= threads) {
      problems.append("“--threads” is \(threads): it must be from 1 to 1024.")
    }
    if [json, csv, html].count(where: { $0?.isStandardStream == true }) > 1 {
      problems.append("Only one of the outputs can go to standard output.")
    }
    return problems
  }

  func runFile() throws(CommandFailure) -> ExitStatus {
    let (scenario, source) = try migration()
    let written = NodeWriter.write(scenario.node)
    if case .number(let number)? = machine, number > scenario.study.machines {
      throw CommandFailure(
        .badInput,
        "“--machine” is \(number), and the file has "
          + "\(TextLayout.count(scenario.study.machines, "machine")).")
    }
    if printScenario { return Program.show(written) }
    let choices = choices(for: scenario.study)
    if let refused = choices.lazy.map(\.mechanism).first(where: { $0.ringProblem != nil }) {
      let fewest = refused.fewestRingEntries
      throw CommandFailure(
        .badInput,
        "“pml-ring” is compared, too, whose rings must have \(fewest) entries or more, and not"
          + " \(refused.ringEntries ?? 0): “--ring-entries \(fewest)” would be right, or “--mechanism ring”"
          + " alone.")
    }
    guard !choices.isEmpty else {
      throw CommandFailure(
        .badInput, "The machine's \(scenario.study.host) tables have no such way to track writes.")
    }
    let progress = Progress("migrations")
    let rows: [MigrationComparison.Row]
    do throws(MigrationError) {
      rows = try MigrationComparison.run(
        scenario.study, choices, machine: (machine ?? .number(1)).index,
        threads: threads ?? Run.processorCount
      ) { progress.report($0, choices.count) }
      progress.end()
    } catch {
      progress.end()
      throw CommandFailure(.badInput, error.description)
    }
    let report = MigrationComparisonReport(
      scenario.title, scenario.study, rows, machine: (machine ?? .number(1)).index)
    let shown = Program.show(
      try OutputSet.write(
        [
          (json, { report.json }), (csv, { Array(report.csv.utf8) }),
          (html, { Array(report.page(source: source ?? written).utf8) }),
        ],
        otherwise: { report.text }))
    return shown == .success && report.isMissed ? .targetMissed : shown
  }

  /// What is to be played, and the text that it was read from if it was.
  private func migration() throws(CommandFailure) -> (MigrationScenario, String?) {
    guard let file else { return (try described(), nil) }
    let (scenario, text) = try read(file)
    try check(scenario.study)
    return (scenario, text)
  }

  /// The migration of a file, with another profile if one is chosen, and the file's text.
  func read(_ file: FilePath) throws(CommandFailure) -> (MigrationScenario, String) {
    let document = try DocumentFile(file)
    var scenario: MigrationScenario
    do throws(DocumentError) {
      scenario = try MigrationScenario.document.read(
        document.text, file: document.name, overrides: overrides.map(\.override))
    } catch {
      throw CommandFailure(.badInput, "the file is refused:\n\(error)")
    }
    if let profile { scenario.study.profile = try profile.profile() }
    return (scenario, String(decoding: document.text, as: UTF8.self))
  }

  /// The migration that options describe.
  private func described() throws(CommandFailure) -> MigrationScenario {
    let profile = try chosenProfile()
    let format = host ?? profile.architecture.usualHost
    let vcpus = processors ?? 1
    let each = memoryPerProcessor ?? ByteSize(1 << 30)
    let (bytes, overflows) = each.bytes.multipliedReportingOverflow(by: UInt64(max(vcpus, 0)))
    guard 1...1024 ~= vcpus, !overflows, bytes >= 1 << 20, bytes % 4096 == 0,
      bytes <= MigrationStudy.mostBytes
    else {
      throw CommandFailure(
        .badInput,
        "“--vcpus” is \(vcpus) and “--memory-per-vcpu” is \(each): a machine has 1 to 1024 processors, and"
          + " 1 MiB to 1 TiB of memory, a multiple of 4 KiB.")
    }
    let writer = GuestWriter(bytes: bytes, bitsPerSecond: writeRate?.bitsPerSecond ?? 0)
    var study = MigrationStudy(format, memoryBytes: bytes, writer: writer, profile: profile)
    study.processors = vcpus
    if let bandwidth { study.link.bitsPerSecond = bandwidth.bitsPerSecond }
    if let backing { study.backing = FrameOrder(bytes: backing.bytes) ?? .small }
    if let method {
      study.tracking.mechanism = method.mechanism(ringEntries: ringEntries ?? 65_536)
    }
    if let seed { study.seed = UInt64(bitPattern: Int64(seed)) >> 1 }
    try check(study)
    return MigrationScenario("\(ByteSize(bytes)) and \(TextLayout.count(vcpus, "vCPU"))", study)
  }

  private func check(_ study: MigrationStudy) throws(CommandFailure) {
    guard study.host.isa.rawValue == study.profile.architecture.rawValue else {
      throw CommandFailure(
        .badInput,
        "The profile is one of \(study.profile.architecture.rawValue), and the machine has \(study.host)"
          + " tables.")
    }
    if let problem = study.problems.first { throw CommandFailure(.badInput, problem.sentence) }
  }

  /// What is compared: everything, but where options ask for less.
  private func choices(for study: MigrationStudy) -> [MigrationComparison.Choice] {
    let entries = ringEntries ?? study.tracking.mechanism.ringEntries ?? 65_536
    let methods = method.map { [$0] } ?? LoggingMethod.allCases
    var backings = [FrameOrder.small, .large]
    if study.backing == .huge { backings.append(.huge) }
    if let backing, let order = FrameOrder(bytes: backing.bytes) { backings = [order] }
    let splittings = (splitting.map { [$0] } ?? [.eager, .lazy]).map {
      $0.splitting(on: study.host)
    }
    return MigrationComparison.choices(
      for: study, mechanisms: methods.map { $0.mechanism(ringEntries: entries) },
      backings: backings, splittings: splittings)
  }
}
