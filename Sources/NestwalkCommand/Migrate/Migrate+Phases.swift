import Console
import Costs
import HostMemory
import Hypervisor
import Paging
import Quantities
import Scenarios
import Studies

/// The phases that flags describe.
extension Migrate {
  /// The phases on tables of a format.
  func study(_ format: HostFormat) -> LoggingPhases {
    var study = LoggingPhases(format)
    if let processors { study.processors = processors }
    if let memoryPerProcessor { study.bytesPerProcessor = memoryPerProcessor.bytes }
    if let backing { study.backing = FrameOrder(bytes: backing.bytes) ?? .small }
    if let method { study.method = method }
    study.splitting = splitting
    study.recovery = recovery?.recovery
    if let iterations { study.iterations = iterations }
    if let written { study.writtenBillionths = written.share.billionths }
    study.keepsWriting = keepsWriting
    if let ringEntries { study.ringEntries = ringEntries }
    study.clearBytes = clearChunk?.bytes
    if let seed { study.seed = UInt64(bitPattern: Int64(seed)) }
    return study
  }

  var phaseProblems: [String] {
    var problems: [String] = []
    if file != nil { problems.append("“--phases” takes no file: its options say everything.") }
    if html != nil { problems.append("“--html” shows a migration, and no phases.") }
    if printScenario || writeRate != nil || bandwidth != nil || threads != nil
      || !overrides.isEmpty
    {
      problems.append(
        "“--print-scenario”, “--rate”, “--bandwidth”, “--threads” and “--set” belong to migrations, and"
          + " not to “--phases”.")
    }
    if let backing, FrameOrder(bytes: backing.bytes) == nil {
      problems.append("“--backing” is “\(backing.argument)”: it must be 4K, 2M or 1G.")
    }
    if ringEntries != nil, method?.hasRing != true {
      problems.append("“--ring-entries” has no meaning without “--mechanism ring”.")
    }
    if json?.isStandardStream == true, csv?.isStandardStream == true {
      problems.append("“--json” and “--csv” can't both be “-”.")
    }
    // Without a format the profile's is taken, which is read later; what is wrong with the numbers is
    // the same on all.
    return problems + study(host ?? .ept4).problems
  }

  func runPhases() throws(CommandFailure) -> ExitStatus {
    let profile = try chosenProfile()
    let format = host ?? profile.architecture.usualHost
    let study = study(format)
    guard study.problems.isEmpty else {
      throw CommandFailure(.badInput, study.problems.joined(separator: "\n"))
    }
    guard format.isa.rawValue == profile.architecture.rawValue else {
      throw CommandFailure(
        .badInput,
        "“--profile” is “\(profile.name)” of \(profile.architecture.rawValue), and “--host” is"
          + " “\(format)” of \(format.isa.rawValue): both must be of one architecture.")
    }
    let phases: [LoggingPhase]
    do throws(LoggingPhasesError) {
      phases = try study.run(profile)
    } catch {
      let status: ExitStatus = if case .unexpectedEnd = error { .failed } else { .badInput }
      throw CommandFailure(status, error.description)
    }
    let report = PhasesReport(study: study, profile: profile, phases: phases)
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
