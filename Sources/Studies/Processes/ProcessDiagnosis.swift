/// What a person would say who looks at a guest whose processes fork: where its memory went, on which of both
/// floors it runs short, and what could be done.
///
/// It follows from the outcome's numbers alone.
public struct ProcessDiagnosis: Sendable, Hashable {
  /// What is wrong, the worst first.
  public enum Condition: String, Sendable, Hashable, CaseIterable {
    /// The guest or the host killed something for want of memory.
    case killed = "out-of-memory"
    /// The machine needs more than the host has: its pages go to swap and come back.
    case hostShort = "host-short"
    /// The guest has next to nothing left.
    case guestFull = "guest-nearly-full"
    /// Copies take memory, and there is enough of it.
    case copying = "copying"
    /// What is shared stays shared.
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

  /// A guest that has less than this part of its memory left has next to nothing.
  public static let smallFreeShare = 0.05
  /// Copies of more than this part of what was there are growth.
  public static let growthShare = 0.1

  /// The diagnosis of an outcome.
  public init(_ outcome: ProcessOutcome) {
    let condition = Self.condition(outcome)
    self.condition = condition
    findings = Self.findings(outcome)
    cause = Self.cause(condition, outcome)
    remedies = Self.remedies(condition, outcome)
  }

  private static func condition(_ outcome: ProcessOutcome) -> Condition {
    if outcome.hasKilled { return .killed }
    if outcome.swapOuts > 0, outcome.majorFaults > 0 { return .hostShort }
    if Double(outcome.leastGuestFree) < smallFreeShare * Double(outcome.guestBytes) {
      return .guestFull
    }
    let before = outcome.guestBytes - min(outcome.guestFreeAtStart, outcome.guestBytes)
    return Double(outcome.copiedBytes) > growthShare * Double(before) ? .copying : .ample
  }

  private static func findings(_ outcome: ProcessOutcome) -> [String] {
    var findings: [String] = []
    let minor = outcome.processes.reduce(0) { $0 + $1.minorFaults + $1.copyFaults }
    let copied = outcome.processes.reduce(0) { $0 + $1.copies }
    findings.append(
      "\(count(minor)) minor faults in the guest, \(count(copied)) of which took a page for a copy;"
        + " \(count(outcome.majorFaults))"
        + " major faults, for which the host had to read a page"
        + (outcome.majorRate > PressureDiagnosis.manyMajorFaults
          ? ": \(PressureDiagnosis.rate(outcome.majorRate)) a second, and more than 10 are a sign of"
            + " trouble." : "."))
    findings.append(
      "The guest had \(size(outcome.guestFreeAtStart)) of \(size(outcome.guestBytes)) free before the fork,"
        + " and at least \(size(outcome.leastGuestFree)) after it.")
    findings.append(
      "The second stage mapped \(size(outcome.stageTwoAtStart)) before and \(size(outcome.mostStageTwo)) at"
        + " most; the host has \(size(outcome.hostBytes)) for the machine"
        + (outcome.swapOuts > 0
          ? ", wrote \(size(outcome.swapOuts * 4096)) to swap and would have needed"
            + " \(size(outcome.mostNeeded))." : "."))
    let touched = outcome.processes.filter { $0.workingSetBytes > 0 }.map {
      "\(plural($0)) \(size($0.workingSetBytes))\($0.count > 1 ? " each" : "")"
    }
    if !touched.isEmpty {
      findings.append(
        "Working sets, which is what was touched since the start: of"
          + " \(touched.joined(separator: ", of ")).")
    }
    if let sentence = mapped(outcome) { findings.append(sentence) }
    for process in outcome.processes where process.lost >= PressureDiagnosis.smallShare {
      findings.append(
        "\(opening(plural(process))) \(process.count > 1 ? "lose" : "loses")"
          + " \(percent(process.lost)) of the time to faults" + slowdown(process) + ".")
    }
    for process in outcome.processes {
      if let at = process.killedAt {
        findings.append("\(opening(plural(process))) was killed by the guest after \(time(at)).")
      } else if let at = process.endedAt {
        findings.append("\(opening(plural(process))) was through after \(time(at)).")
      } else if process.isPassing {
        findings.append("\(opening(plural(process))) was not through in \(time(outcome.duration)).")
      }
    }
    if let at = outcome.hostKilledAt {
      findings.append("The host killed the machine after \(time(at)), and all of its processes.")
    }
    let held = outcome.guestBytes - min(outcome.guestFreeAtEnd, outcome.guestBytes)
    if outcome.hostKilledAt == nil, outcome.processes.contains(where: { $0.endedAt != nil }),
      outcome.stageTwoAtEnd > held + outcome.guestBytes / 50
    {
      findings.append(
        "At the end the guest uses \(size(held)), and the second stage still maps"
          + " \(size(outcome.stageTwoAtEnd)): what a guest frees does not come back to the host by itself."
      )
    }
    return findings
  }

  /// How sharing has changed from right after the fork to the last map in which as many processes live.
  private static func mapped(_ outcome: ProcessOutcome) -> String? {
    guard let first = outcome.maps.first(where: { $0.moment == "after the fork" }),
      let last = outcome.maps.last(where: { $0.rows.count == first.rows.count }), last != first
    else { return nil }
    func sum(
      _ map: ProcessOutcome.Map, _ bytes: (ProcessOutcome.Map.Row) -> UInt64
    ) -> String {
      let total = map.rows.reduce(0) { $0 + bytes($1) }
      return total == 0 ? "nothing" : size(total)
    }
    return
      "The processes' Rss adds up to \(sum(first, \.residentBytes)) after the fork and"
      + " \(sum(last, \.residentBytes)) \(last.moment), which counts what is shared again and again; their"
      + " Pss, which is what they take, grows from \(sum(first, \.proportionalBytes)) to"
      + " \(sum(last, \.proportionalBytes)), of it private \(sum(first, \.privateBytes)) and"
      + " \(sum(last, \.privateBytes))."
  }

  private static func cause(_ condition: Condition, _ outcome: ProcessOutcome) -> String {
    guard let writer = writer(outcome) else {
      return condition == .ample
        ? "What the processes share stays shared: hardly anything of it is written."
        : "The processes need more memory than there is, before anything is copied."
    }
    let others = outcome.processes.filter { $0.parent == writer.name || $0.name == writer.parent }
    let whom = others.map { plural($0) }.joined(separator: " and ")
    let growth =
      "\(opening(plural(writer))) \(writer.count > 1 ? "write" : "writes") to pages shared with"
      + " \(whom.isEmpty ? "others" : whom) since the fork, and the first write to each takes a copy:"
      + " \(size(writer.copies * 4096)) of them"
    switch condition {
    case .killed where outcome.hostKilledAt == nil:
      return growth + ", for which the guest has no memory left."
    case .killed, .hostShort:
      return growth
        + ". Each lies at an address the guest had not used before, so that the second stage grows with it,"
        + " to more than the host has."
    case .guestFull:
      return growth + ". They take nearly all that the guest had left."
    case .copying: return growth + ". There is room for them."
    case .ample: return growth + ", which is little."
    }
  }

  private static func remedies(_ condition: Condition, _ outcome: ProcessOutcome) -> [String] {
    var remedies: [String] = []
    let isPassing = outcome.processes.contains { $0.isPassing && $0.parent != nil }
    switch condition {
    case .killed where outcome.hostKilledAt == nil, .guestFull:
      remedies.append(
        "Give the guest \(size(outcome.copiedBytes)) more than its data, as much as is copied: it lies idle"
          + " but for the \(isPassing ? "minutes of a snapshot" : "copies").")
    case .killed, .hostShort:
      let missing = outcome.mostNeeded - min(outcome.mostNeeded, outcome.hostBytes)
      remedies.append(
        "Give the host \(size(missing + missing / 10 + (64 << 20))) more for this machine, or place it where"
          + " there is as much: that alone cures it, and costs what memory costs.")
    case .copying, .ample: break
    }
    guard condition != .ample else { return remedies }
    if isPassing {
      remedies.append(
        "Take the snapshot when little is written, or from a replica: fewer pages are copied, and the replica"
          + " has to be kept.")
      remedies.append(
        "Let the snapshot be written faster: there is less time for writes, and storage is busier.")
      remedies.append(
        "Split the data among several processes that take their snapshots in turn: only one of them copies"
          + " at a time, and there is more to look after.")
    } else {
      remedies.append(
        "Keep what workers write apart from what they share, on pages of its own: what was loaded before the"
          + " fork stays shared, and code has to be changed for it.")
      remedies.append(
        "Fork workers anew from time to time: they share everything again, and each starts cold.")
      remedies.append(
        "Run fewer workers with threads: nothing is copied, and one that fails takes the others along."
      )
    }
    let held = outcome.guestBytes - min(outcome.guestFreeAtEnd, outcome.guestBytes)
    if outcome.stageTwoAtEnd > held + outcome.guestBytes / 50 {
      remedies.append(
        "Let the guest report its free pages, or inflate a balloon: the host gets them back, and the next"
          + " copies fault at the second stage again.")
    }
    if condition == .hostShort, outcome.swapBytes > 0 {
      remedies.append(
        "Without swap the host would kill the machine instead of slowing it: early, and with everything in"
          + " it.")
    }
    return remedies
  }

  // MARK: Words

  /// The process that took the most copies.
  private static func writer(_ outcome: ProcessOutcome) -> ProcessOutcome.OfProcess? {
    outcome.processes.filter { $0.copies > 0 }.max { $0.copies < $1.copies }
  }

  private static func plural(_ process: ProcessOutcome.OfProcess) -> String {
    process.count > 1
      ? "the \(process.count) processes “\(process.name)”" : "“\(process.name)”"
  }

  /// A phrase at the start of a sentence.
  private static func opening(_ phrase: String) -> String {
    phrase.prefix(1).uppercased() + phrase.dropFirst()
  }

  private static func slowdown(_ process: ProcessOutcome.OfProcess) -> String {
    guard !process.isPassing, process.requestWork > 0,
      let half = process.latency(percentile: 50)
    else { return "" }
    let late = process.latency(percentile: 99) ?? half
    return "; of its requests, which compute \(time(process.requestWork)), half take more than"
      + " \(time(half)) and one in a hundred more than \(time(late))"
  }

  private static func count(_ number: UInt64) -> String { PressureDiagnosis.count(number) }
  private static func size(_ bytes: UInt64) -> String { PressureDiagnosis.size(bytes) }
  private static func time(_ nanoseconds: UInt64) -> String { PressureDiagnosis.time(nanoseconds) }
  private static func percent(_ share: Double) -> String { PressureDiagnosis.percent(share) }
}
