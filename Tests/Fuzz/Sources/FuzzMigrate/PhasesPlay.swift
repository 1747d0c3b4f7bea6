import Nestwalk

/// The phases of a dirty log, by the words of the command's flags.
///
/// The command's parser is no part of the library: words are paired here, and read by the library's own
/// readers of sizes and names.
enum PhasesPlay {
  static func play(_ text: String) {
    var study = LoggingPhases(.ept4)
    study.bytesPerProcessor = 1 << 20
    let words = text.split(whereSeparator: \.isWhitespace)
    var index = words.startIndex
    while index < words.endIndex {
      let value = words.indices.contains(index + 1) ? String(words[index + 1]) : ""
      set(String(words[index]), value, in: &study)
      index += 2
    }
    let problems = study.problems
    precondition(problems.allSatisfy { $0.hasSuffix(".") }, "a refusal is a sentence")
    guard problems.isEmpty, isSmall(study) else { return }
    let architecture = CostProfile.Architecture.allCases.first {
      $0.rawValue == study.host.isa.rawValue
    }
    do throws(LoggingPhasesError) {
      check(try study.run(ShippedProfiles.textbook(architecture ?? .x86)), study)
    } catch {
      preconditionFailure("phases without a problem are played: \(error)")
    }
  }

  /// The names that the command has for how large pages come back.
  private static let recoveries: [(name: String, recovery: LogRecovery)] = [
    ("in-place", .inPlace), ("refault", .refault), ("on-fault", .onFault),
  ]

  private static func set(_ name: String, _ value: String, in study: inout LoggingPhases) {
    let size = try? ByteSize(parsing: value)
    switch name {
    case "--vcpus": study.processors = Int(value) ?? study.processors
    case "--memory-per-vcpu": study.bytesPerProcessor = size?.bytes ?? study.bytesPerProcessor
    case "--backing": study.backing = size.flatMap { FrameOrder(bytes: $0.bytes) } ?? study.backing
    case "--mechanism": study.method = LoggingMethod(rawValue: value) ?? study.method
    case "--split": study.splitting = LoggingPhases.Splitting(rawValue: value)
    case "--recover":
      study.recovery = recoveries.first { $0.name == value }?.recovery
    case "--iterations": study.iterations = Int(value) ?? study.iterations
    case "--write-fraction":
      if let share = try? Share(parsing: value) { study.writtenBillionths = share.billionths }
    case "--ring-entries": study.ringEntries = Int(value) ?? study.ringEntries
    case "--clear-chunk": study.clearBytes = size?.bytes
    case "--seed": study.seed = UInt64(value) ?? study.seed
    case "--host":
      study.host = HostFormat.allCases.first { $0.rawValue == value } ?? study.host
    case "--no-access-flags": study.hasAccessFlags = false
    case "--scan-access": study.scansAccess = true
    case "--keep-writing-while-disabling": study.keepsWriting = true
    default: break
    }
  }

  private static func isSmall(_ study: LoggingPhases) -> Bool {
    study.processors <= 4 && study.bytesPerProcessor <= 4 << 20 && study.iterations <= 3
  }

  /// What holds whatever was chosen.
  private static func check(_ phases: [LoggingPhase], _ study: LoggingPhases) {
    let names = phases.map(\.name)
    precondition(names.first == .populate && names.last == .disable)
    precondition(names.count { $0 == .get } == study.iterations)
    let written = study.writtenPerProcessor * UInt64(study.processors)
    let pages = study.pagesPerProcessor * UInt64(study.processors)
    for phase in phases {
      if phase.name == .get {
        precondition(written...pages ~= phase.dirtyPages, "a page that was written is not told")
      }
      precondition(phase.elapsed.low <= phase.elapsed.likely)
      precondition(phase.elapsed.likely <= phase.elapsed.high)
    }
  }
}
