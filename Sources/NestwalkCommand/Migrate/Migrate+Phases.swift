import Console
import Costs
import HostMemory
import Hypervisor
import Paging
import Quantities
import Scenarios
import Studies

/// The phases that flags describe, or the file of a migration with flags over it.
extension Migrate {
  /// Phases with what options say of them.
  func phases(_ base: LoggingPhases) -> LoggingPhases {
    var study = base
    if let host { study.host = host }
    if let processors { study.processors = processors }
    if let memoryPerProcessor { study.bytesPerProcessor = memoryPerProcessor.bytes }
    if let backing { study.backing = FrameOrder(bytes: backing.bytes) ?? .small }
    if let method {
      // How much is cleared at once goes with manual protection.
      if method != study.method { study.clearBytes = nil }
      study.method = method
    }
    if let splitting { study.splitting = splitting }
    study.recovery = recovery?.recovery
    if let iterations { study.iterations = iterations }
    if let written { study.writtenBillionths = written.share.billionths }
    study.keepsWriting = keepsWriting
    study.scansAccess = scansAccess
    study.hasAccessFlags = !lacksAccessFlags
    if let ringEntries { study.ringEntries = ringEntries }
    if let clearChunk { study.clearBytes = clearChunk.bytes }
    if let seed { study.seed = UInt64(bitPattern: Int64(seed)) }
    return study
  }

  var phaseProblems: [String] {
    var problems: [String] = []
    if html != nil { problems.append("“--html” shows a migration, and no phases.") }
    if printScenario || writeRate != nil || bandwidth != nil || threads != nil {
      problems.append(
        "“--print-scenario”, “--rate”, “--bandwidth” and “--threads” belong to migrations, and not to"
          + " “--phases”.")
    }
    if machine != nil {
      problems.append(
        "“--machine” chooses between machines that are moved, and “--phases” are those of any.")
    }
    if let problem = smallProblem { problems.append(problem) }
    if file == nil, !overrides.isEmpty {
      problems.append("“--set” changes a field of a FILE: name one.")
    }
    if let backing, FrameOrder(bytes: backing.bytes) == nil {
      problems.append("“--backing” is “\(backing.argument)”: it must be 4K, 2M or 1G.")
    }
    if ringEntries != nil, method.map({ !$0.hasRing }) ?? (file == nil) {
      problems.append(Self.ringless)
    }
    if json?.isStandardStream == true, csv?.isStandardStream == true {
      problems.append("“--json” and “--csv” can't both be “-”.")
    }
    // What a file says is read later.
    guard file == nil else { return problems }
    // Without a format the profile's is taken, which is read later, too; what is wrong with the numbers is
    // the same on all.
    return problems + self.problems(of: phases(LoggingPhases(host ?? .ept4)))
  }

  static let ringless =
    "“--ring-entries” has no meaning without “--mechanism ring” or “--mechanism pml-ring”."

  /// What is wrong with phases; entries of rings that an option gives are told by its name.
  private func problems(of study: LoggingPhases) -> [String] {
    let mechanism = study.method.mechanism(ringEntries: study.ringEntries)
    return study.problems.map { problem in
      guard ringEntries != nil, problem == mechanism.ringProblem else { return problem }
      return ringSentence(mechanism) ?? problem
    }
  }

  /// What is wrong with the entries that an option gives a mechanism's rings.
  func ringSentence(_ mechanism: DirtyMechanism) -> String? {
    mechanism.ringDemand.map { "“--ring-entries” is \(mechanism.ringEntries ?? 0): \($0)." }
  }

  /// What has no meaning where all pages are small.
  var smallProblem: String? {
    guard let backing, FrameOrder(bytes: backing.bytes) == .small,
      splitting != nil || recovery != nil
    else { return nil }
    let name = splitting != nil ? "--split" : "--recover"
    return "“\(name)” has no meaning with “--backing 4K”: it is about large pages."
  }

  /// What is to be played, and its title if it has one.
  private func chosenPhases() throws(CommandFailure) -> (LoggingPhases, CostProfile, String?) {
    guard let file else {
      let profile = try chosenProfile()
      let format = host ?? profile.architecture.usualHost
      return (phases(LoggingPhases(format)), profile, nil)
    }
    var scenario = try read(file).0
    if let processors { scenario.study.processors = processors }
    let bytes = scenario.study.memoryBytes
    let parts = scenario.study.processors
    if memoryPerProcessor == nil, parts > 0, bytes % (UInt64(parts) << 12) != 0 {
      throw CommandFailure(
        .badInput,
        "The machine's \(ByteSize(bytes)) are no equal parts of whole pages of 4 KiB for"
          + " \(TextLayout.count(parts, "processor")): say with “--memory-per-vcpu” what each has.")
    }
    let study = phases(LoggingPhases(scenario.study))
    if ringEntries != nil, !study.method.hasRing {
      throw CommandFailure(.badInput, Self.ringless)
    }
    return (study, scenario.study.profile, scenario.title)
  }

  func runPhases() throws(CommandFailure) -> ExitStatus {
    let (study, profile, title) = try chosenPhases()
    let problems = problems(of: study)
    guard problems.isEmpty else {
      throw CommandFailure(.badInput, problems.joined(separator: "\n"))
    }
    guard study.host.isa.rawValue == profile.architecture.rawValue else {
      throw CommandFailure(
        .badInput,
        "The profile is “\(profile.name)” of \(profile.architecture.rawValue), and the tables are"
          + " “\(study.host)” of \(study.host.isa.rawValue): both must be of one architecture.")
    }
    let phases: [LoggingPhase]
    do throws(LoggingPhasesError) {
      phases = try study.run(profile)
    } catch {
      let status: ExitStatus = if case .unexpectedEnd = error { .failed } else { .badInput }
      throw CommandFailure(status, error.description)
    }
    let report = PhasesReport(title: title, study: study, profile: profile, phases: phases)
    return Program.show(
      try OutputSet.write(
        [(json, { report.json }), (csv, { Array(report.csv.utf8) })],
        otherwise: { PhasesText.text(report) }))
  }

  func chosenProfile() throws(CommandFailure) -> CostProfile {
    if let profile { return try profile.profile() }
    let isa = host?.isa ?? .x86
    let architecture = CostProfile.Architecture.allCases.first { $0.rawValue == isa.rawValue }
    return ShippedProfiles.textbook(architecture ?? .x86)
  }
}

extension LoggingMethod: ArgumentValue {}

extension LoggingPhases.Splitting: ArgumentValue {}

/// How large pages come back, on the command line.
enum LoggingRecovery: String, ArgumentValue, CaseIterable {
  case inPlace = "in-place"
  case refault
  case onFault = "on-fault"

  var recovery: LogRecovery {
    switch self {
    case .inPlace: .inPlace
    case .refault: .refault
    case .onFault: .onFault
    }
  }
}

extension CostProfile.Architecture {
  /// The format of a second stage where nobody chooses one: wide enough for the largest machines.
  var usualHost: HostFormat {
    switch self {
    case .x86: .ept4
    case .arm: .arm4K
    case .riscv: .sv48x4
    }
  }
}
