import HostMemory

/// What a person would say who looks at an outcome: what is wrong, why, and what could be done.
///
/// It follows from the outcome's numbers alone.
public struct PressureDiagnosis: Sendable, Hashable {
  /// What is wrong with the host, the worst first in this list.
  public enum Condition: String, Sendable, Hashable, CaseIterable {
    /// Something was killed for want of memory.
    case killed = "out-of-memory"
    /// What is needed all the time does not fit, and most time goes to bringing it back.
    case thrashing
    /// A group is kept short by its own limit.
    case limited
    /// Touches reclaim for themselves, for kswapd does not keep up.
    case stalling = "direct-reclaim"
    /// What is needed is read for the first time, and would be on any host.
    case cold = "cold-start"
    /// Some of what is needed goes and comes back.
    case pressed = "under-pressure"
    /// kswapd makes room, and nobody waits for it.
    case reclaiming
    /// There is enough.
    case ample
  }

  /// What is wrong.
  public let condition: Condition
  /// What the numbers say, a sentence each.
  public let findings: [String]
  /// Why that is so.
  public let cause: String
  /// What could be done, each with what it costs.
  public let remedies: [String]
  /// By how many bytes more memory what is touched over and over would fit, if that is what is wrong.
  public let moreMemoryBytes: UInt64?

  /// More major faults a second than that are a sign of trouble.
  public static let manyMajorFaults = 10.0
  /// From this part of the time on that is lost to memory a host thrashes.
  public static let thrashingShare = 0.3
  /// Below this part of the time that is lost nobody notices.
  public static let smallShare = 0.02

  /// The diagnosis of an outcome.
  public init(_ outcome: PressureOutcome) {
    let condition = Self.condition(outcome)
    self.condition = condition
    findings = Self.findings(outcome)
    cause = Self.cause(condition, outcome)
    moreMemoryBytes = Self.moreMemory(condition, outcome)
    remedies = Self.remedies(condition, moreMemoryBytes, outcome)
  }

  /// What is missing of the working set, a tenth more because that is an estimate, and what the host
  /// keeps free.
  private static func moreMemory(
    _ condition: Condition, _ outcome: PressureOutcome
  ) -> UInt64? {
    switch condition {
    case .killed, .thrashing, .pressed:
      guard outcome.workingSetBytes > outcome.memoryBytes else { return nil }
      let missing = outcome.workingSetBytes - outcome.memoryBytes
      return missing + missing / 10 + outcome.highMarkBytes
    case .limited, .stalling, .cold, .reclaiming, .ample: return nil
    }
  }

  private static func condition(_ outcome: PressureOutcome) -> Condition {
    if outcome.counters.kills > 0 { return .killed }
    let isLimit = outcome.counters.limitStalls > outcome.counters.stalls
    let waiting = outcome.waiting
    if outcome.majorRate > manyMajorFaults,
      outcome.firstReads > outcome.counters.majorFaults / 2
    {
      return .cold
    }
    if waiting >= thrashingShare { return isLimit ? .limited : .thrashing }
    if isLimit, waiting >= smallShare { return .limited }
    let reclaiming = outcome.services.reduce(0) { $0 + $1.time.reclaiming }
    let reading = outcome.services.reduce(0) { $0 + $1.time.reading }
    let stalls = outcome.counters.stalls
    if stalls > 0, reclaiming >= reading || stalls > outcome.counters.majorFaults {
      return .stalling
    }
    if outcome.majorRate > manyMajorFaults || waiting >= smallShare { return .pressed }
    return outcome.counters.stolen.sum > 0 || outcome.counters.wakes > 0 ? .reclaiming : .ample
  }

  private static func findings(_ outcome: PressureOutcome) -> [String] {
    var findings: [String] = []
    let faults = outcome.counters.faults
    findings.append(
      "\(Self.rate(outcome.majorRate)) major faults a second"
        + (outcome.majorRate > manyMajorFaults ? ", and more than 10 are a sign of trouble" : "")
        + "; \(count(outcome.counters.majorFaults)) of"
        + " \(count(max(faults, outcome.counters.majorFaults))) faults."
    )
    findings.append(
      "The services touch \(size(outcome.workingSetBytes)) over and over; the host has"
        + " \(size(outcome.memoryBytes)).")
    if outcome.counters.refaults.sum > 0 {
      findings.append(
        "\(count(outcome.counters.refaults.sum)) pages came back after they had been evicted"
          + " (\(count(outcome.counters.refaults.anon)) from swap,"
          + " \(count(outcome.counters.refaults.file)) from files)."
      )
    }
    if outcome.counters.wakes > 0 || outcome.counters.stalls > 0 {
      findings.append(
        "kswapd woke \(times(outcome.counters.wakes)), and touches had to reclaim for themselves"
          + " \(times(outcome.counters.stalls)); at least \(size(outcome.leastFreeBytes)) were free."
      )
    }
    if let processors = outcome.processors { findings.append(queue(outcome, processors)) }
    let spent = outcome.services.reduce(into: PressureOutcome.Times()) { $0.add($1.time) }
    if spent.reclaiming > 0 {
      findings.append(
        "Touches spent \(time(spent.reclaiming)) on reclaiming for themselves,"
          + " \(percent(Double(spent.writing) / Double(spent.reclaiming))) of it waiting for storage to"
          + " take what was changed.")
    }
    // What makes no requests has no worker that could lose time.
    let working = outcome.services.filter { $0.workerTime.total > 0 }
    if let worst = working.max(by: { $0.workerTime.lost < $1.workerTime.lost }),
      worst.workerTime.lost >= smallShare
    {
      findings.append(
        "\(worst.name) loses \(percent(worst.workerTime.lost)) of its time to memory"
          + slowdown(worst) + ".")
    }
    for service in outcome.services {
      let spent = service.growthTime
      let waits = spent.reclaiming + spent.reading + spent.throttled
      guard Double(waits) >= smallShare * Double(max(outcome.duration, 1)) else { continue }
      findings.append(
        "What \(service.name) grows by waits \(time(waits)) of \(time(outcome.duration)) for memory."
      )
    }
    findings += warmUps(outcome)
    for service in outcome.services {
      guard let use = service.stageTwo else { continue }
      findings.append(
        "The second stage of \(service.name): \(count(use.zapped)) entries cleared with"
          + " \(count(use.flushes)) flushes, \(count(use.violations)) violations"
          + " (\(count(use.major)) of them major), \(count(use.accessFaults)) faults to see accesses:"
          + " \(time(use.nanoseconds)) of work.")
    }
    for service in outcome.services {
      guard let at = service.killedAt else { continue }
      findings.append("\(service.name) was killed after \(time(at)).")
    }
    return findings
  }

  /// The bytes that a service read of files that had not been in memory before.
  private static func firstReads(_ service: PressureOutcome.OfService) -> UInt64 {
    let counters = service.counters
    return (counters.fileReads - min(counters.refaults.file, counters.fileReads)) * 4096
  }

  /// Who started cold, and when that was over.
  private static func warmUps(_ outcome: PressureOutcome) -> [String] {
    outcome.services.indices.compactMap { number in
      let service = outcome.services[number]
      let reads = firstReads(service)
      guard reads > outcome.memoryBytes / 100, let warmUp = outcome.warmUp(of: number)
      else { return nil }
      let ending =
        warmUp.nanoseconds.map { "; \(time($0)) after its start it was warm." }
        ?? "; it was not warm by the end."
      return "\(service.name) read \(size(reads)) of files for the first time, with up to"
        + " \(Self.rate(warmUp.mostRate)) major faults a second" + ending
    }
  }

  /// How the processors were shared.
  private static func queue(_ outcome: PressureOutcome, _ processors: Int) -> String {
    let queued = outcome.services.reduce(0) { $0 + $1.queuedNanoseconds }
    let all = outcome.services.reduce(queued) { $0 + $1.time.total }
    func part(_ time: UInt64) -> String {
      percent(Double(time) / Double(max(outcome.duration, 1)))
    }
    return
      "The services stood in line for \(processors == 1 ? "the processor" : "\(processors) processors")"
      + " for \(time(queued)), \(percent(Double(queued) / Double(max(all, 1)))) of their time; kswapd"
      + " took \(part(outcome.kswapdNanoseconds)) of one processor"
      + (outcome.ksmdNanoseconds.map { " and ksmd \(part($0))" } ?? "") + "."
  }

  private static func cause(_ condition: Condition, _ outcome: PressureOutcome) -> String {
    guard let grown = Self.grown(outcome), isTrouble(condition) else {
      return causeWithoutGrowth(condition, outcome)
    }
    let growth =
      "\(grown.name) grew from \(amount(grown.bytesAtStart)) to \(size(grown.mostBytes)) and touched"
      + " \(amount(grown.workingSetBytes)) of it again"
    return grown.growsThroughout
      ? growth + ": that is what a leak looks like."
      : growth + ", for a part of the time. " + causeWithoutGrowth(condition, outcome)
  }

  private static func causeWithoutGrowth(
    _ condition: Condition, _ outcome: PressureOutcome
  ) -> String {
    switch condition {
    case .killed, .thrashing, .pressed:
      let isShared = outcome.services.count > 1 && fitAlone(outcome)
      if outcome.workingSetBytes > outcome.memoryBytes, isShared {
        return
          "Each service alone fits into memory; together they need"
          + " \(size(outcome.workingSetBytes)), and each evicts what the others need next."
      }
      if outcome.workingSetBytes > outcome.memoryBytes {
        return "The working set is larger than memory by"
          + " \(size(outcome.workingSetBytes - outcome.memoryBytes))."
      }
      return
        "What is touched over and over fits; it is evicted all the same for pages that are touched once,"
        + " or because memory is too nearly full."
    case .cold:
      let cold = outcome.services.max { firstReads($0) < firstReads($1) }
      return
        "\(cold?.name ?? "A service") starts with files that are not in memory, and reads"
        + " \(amount(cold.map(firstReads) ?? 0)) of them for the first time: each page is a major fault once,"
        + " however much memory there is."
    case .limited:
      let worst = outcome.services.max { $0.counters.limitStalls < $1.counters.limitStalls }
      return
        "\(worst?.name ?? "A service") needs more than the limit of its group, while the host has"
        + " \(size(outcome.leastFreeBytes)) free at least."
    case .stalling:
      return
        "Memory is asked for faster than kswapd frees it between its low and its high mark, or what it"
        + " would free has to be written first."
    case .reclaiming: return "kswapd frees memory ahead of need; that is its work."
    case .ample: return "Everything fits."
    }
  }

  private static func remedies(
    _ condition: Condition, _ moreMemory: UInt64?, _ outcome: PressureOutcome
  ) -> [String] {
    var remedies: [String] = []
    if let grown = grown(outcome), grown.growsThroughout, isTrouble(condition) {
      remedies.append(
        "Find what \(grown.name) keeps; until then a memory.max of its own makes it die alone and early,"
          + " and a memory.high slows it before that.")
    }
    switch condition {
    case .killed, .thrashing, .pressed:
      if let moreMemory {
        remedies.append(
          "Add \(size(moreMemory)) of memory, or move as much elsewhere: what is touched over and over"
            + " fits then, and it costs what memory costs.")
      }
      if outcome.services.count > 1 {
        remedies.append(
          "Protect who matters with memory.low: it keeps its working set, and the others thrash the more."
        )
      }
      remedies.append(
        outcome.swapBytes == 0
          ? "Swap gives cold pages somewhere to go, and turns a kill into a slow host."
          : "Less swap, or swapoff: what does not fit is killed early instead of slowing everything."
      )
      if condition == .thrashing {
        remedies.append("Let in less work at a time: what is left is done at full speed.")
      }
    case .cold:
      remedies.append(
        "Read what it needs before it takes requests: it is ready later, and nobody waits for single pages."
      )
      remedies.append(
        "Touch less at the start, by another layout or by loading on demand: fewer faults, and work on the"
          + " program.")
      remedies.append(
        "Faster storage, or more reads at once: the burst is as large and shorter.")
    case .limited:
      remedies.append(
        "Raise the group's limit: the host has the memory, until its neighbours want it.")
    case .stalling:
      remedies.append(
        "Raise watermark_scale_factor: kswapd starts earlier, and as much memory is always idle.")
      remedies.append(
        "Lower dirty_background_ratio, or use faster storage for swap: less has to be written in a hurry,"
          + " and more is written in all.")
    case .reclaiming, .ample: break
    }
    return remedies
  }

  /// Whether somebody waits or dies: a host that reclaims ahead of need has nothing wrong with it.
  private static func isTrouble(_ condition: Condition) -> Bool {
    switch condition {
    case .killed, .thrashing, .limited, .stalling, .cold, .pressed: true
    case .reclaiming, .ample: false
    }
  }

  // MARK: Words

  /// The service that has grown by a quarter and does not touch what it grew by.
  private static func grown(_ outcome: PressureOutcome) -> PressureOutcome.OfService? {
    outcome.services.filter {
      $0.mostBytes > $0.bytesAtStart + max($0.bytesAtStart / 4, outcome.memoryBytes / 50)
        && $0.workingSetBytes < $0.mostBytes / 2
    }.max { $0.mostBytes - $0.bytesAtStart < $1.mostBytes - $1.bytesAtStart }
  }

  private static func fitAlone(_ outcome: PressureOutcome) -> Bool {
    outcome.services.allSatisfy { $0.workingSetBytes < outcome.memoryBytes }
  }

  private static func slowdown(_ service: PressureOutcome.OfService) -> String {
    guard let half = service.latency(percentile: 50), service.requestWork > 0 else {
      return ", and has done no request"
    }
    let ratio = Double(half) / Double(service.requestWork)
    // Where it's as good as none, the part that is lost says more.
    guard ratio >= 1 + smallShare else { return "" }
    return "; half of its requests take more than \(time(half)) instead of"
      + " \(time(service.requestWork)), \(Self.rate(ratio)) times as long"
  }

  private static func amount(_ bytes: UInt64) -> String { bytes == 0 ? "nothing" : size(bytes) }

  /// A size with its unit.
  public static func size(_ bytes: UInt64) -> String {
    let units: [(UInt64, String)] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB")]
    for (unit, name) in units where bytes >= unit {
      return "\(Self.rate(Double(bytes) / Double(unit))) \(name)"
    }
    return "\(bytes >> 10) KiB"
  }

  /// A time with its unit.
  public static func time(_ nanoseconds: UInt64) -> String {
    let units: [(Double, String)] = [(3.6e12, "h"), (6e10, "min"), (1e9, "s"), (1e6, "ms")]
    for (unit, name) in units where Double(nanoseconds) >= 2 * unit || name == "ms" {
      return "\(Self.rate(Double(nanoseconds) / unit)) \(name)"
    }
    return ""
  }

  /// A number with three digits or so.
  public static func rate(_ number: Double) -> String {
    if number >= 100 || number == number.rounded() { return count(UInt64(number.rounded())) }
    let tenths = Int((number * 10).rounded())
    return number >= 10 ? "\(tenths / 10).\(tenths % 10)" : hundredths(number)
  }

  private static func hundredths(_ number: Double) -> String {
    let parts = Int((number * 100).rounded())
    let rest = parts % 100
    return "\(parts / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// A share as a percentage.
  public static func percent(_ share: Double) -> String {
    "\(rate((share * 1000).rounded() / 10)) %"
  }

  /// A count with its digits in groups of three.
  public static func count(_ number: UInt64) -> String {
    var text = ""
    for (place, digit) in String(number).reversed().enumerated() {
      if place > 0, place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  private static func times(_ number: UInt64) -> String {
    number == 1 ? "once" : "\(count(number)) times"
  }
}
