import HostMemory

/// What a person would say who looks at a fleet whose memory is merged: whether it fits, thanks to what, and
/// what could be done.
///
/// It follows from the outcome's numbers alone.
public struct MergingDiagnosis: Sendable, Hashable {
  /// How the fleet stands, the worst first.
  public enum Condition: String, Sendable, Hashable, CaseIterable {
    /// The VMs need more than there is to the end.
    case short = "short-of-memory"
    /// They need more than there is until merging has caught up, and fit from then on.
    case late = "short-until-merged"
    /// They fit, and would not without merging.
    case dependent = "fits-by-merging"
    /// They fit without merging.
    case ample
  }

  /// How the fleet stands.
  public let condition: Condition
  /// What the numbers say, a sentence each.
  public let findings: [String]
  /// Why that is so.
  public let cause: String
  /// What could be done, each with what it costs.
  public let remedies: [String]

  /// Of what was given back at most so much is gone when it is said that writes undo merging.
  public static let decayShare = 0.1

  /// The diagnosis of an outcome; nothing where the host's memory is not known.
  public init?(_ outcome: MergingOutcome) {
    guard let host = outcome.hostBytes, let last = outcome.samples.last else { return nil }
    let condition: Condition =
      if last.neededBytes > host {
        .short
      } else if outcome.shortSeconds > 0 {
        .late
      } else {
        outcome.bytesOfVMs > host ? .dependent : .ample
      }
    self.condition = condition
    findings = Self.findings(outcome, last, host)
    cause = Self.cause(condition, outcome, last, host)
    remedies = Self.remedies(condition, outcome, last, host)
  }

  private static func findings(
    _ outcome: MergingOutcome, _ last: MergingOutcome.Sample, _ host: UInt64
  ) -> [String] {
    let profit = last.counters.generalProfit
    var findings = [
      "The working set of \(last.vms) VMs is all of their \(size(outcome.bytesOfVMs)); the host has \(size(host)) for them. At the end"
        + " merging has given back \(size(UInt64(max(outcome.savedBytes, 0)))),"
        + " \(percent(share(outcome.savedBytes, outcome.bytesOfVMs))), and"
        + " \(size(UInt64(max(profit, 0)))) once the kernel's records are paid for.",
      "The most that was needed was \(size(outcome.mostNeededBytes)), after"
        + " \(seconds(outcome.mostNeededSeconds))"
        + (outcome.shortSeconds > 0
          ? "; for \(seconds(outcome.shortSeconds)) it was more than there is." : "."),
      "The scanner took \(percent(outcome.cpuShare)) of a CPU and has been through all memory"
        + " \(times(last.counters.fullScans)).",
    ]
    if let use = outcome.processorUse { findings.append(sharing(use)) }
    var minor =
      "\(PressureDiagnosis.count(outcome.firstTouches)) minor faults are first touches, and"
      + " \(PressureDiagnosis.count(outcome.breaks)) are writes to shared"
      + " pages, each of which takes a copy"
    if let cost = outcome.breakNanoseconds {
      minor +=
        ": \(PressureDiagnosis.rate(cost / 1000)) µs each,"
        + " \(seconds(Double(outcome.breaks) * cost / 1e9)) in all"
    }
    let missing = outcome.mostNeededBytes - min(outcome.mostNeededBytes, host)
    findings.append(
      minor + "."
        + (missing > 0
          ? " Up to \(size(missing)) would have to lie in swap: a touch of that is a major fault."
          : " Nothing has to be read from storage: there are no major faults."))
    if decay(outcome) >= decayShare {
      findings.append(
        "Of \(size(UInt64(outcome.mostSavedBytes))) that were given back at most"
          + " \(percent(decay(outcome))) are needed again.")
    }
    if outcome.isHuge, last.brokenHugePages > 0 {
      findings.append(
        "\(PressureDiagnosis.count(UInt64(last.brokenHugePages))) pages of 2 MiB were broken to merge"
          + " parts of them.")
    }
    return findings
  }

  /// How VMs and scanner shared the processors.
  private static func sharing(_ use: MergingOutcome.ProcessorUse) -> String {
    let processors = use.processors == 1 ? "1 processor" : "\(use.processors) processors"
    let scanner = "The scanner took \(seconds(use.scannerSeconds)) of \(processors)"
    guard use.workSeconds > 0 else { return scanner + "." }
    guard let last = use.readySeconds.last else { return scanner + "; no VM became ready." }
    let middle = use.readySeconds[use.readySeconds.count / 2]
    return
      "On \(processors) \(use.readySeconds.count) VMs that compute \(seconds(use.workSeconds)) are ready after"
      + " \(seconds(middle)) in the middle and \(seconds(last)) at the longest; the scanner took"
      + " \(seconds(use.scannerSeconds)), and they stood in line for \(seconds(use.queuedSeconds))."
  }

  private static func cause(
    _ condition: Condition, _ outcome: MergingOutcome, _ last: MergingOutcome.Sample,
    _ host: UInt64
  ) -> String {
    switch condition {
    case .short:
      let least = outcome.bytesOfVMs - min(UInt64(outcome.ceilingBytes), outcome.bytesOfVMs)
      if least > host {
        return
          "Even if every page were merged that ever can be, the VMs would need \(size(least)): more than the"
          + " host has."
      }
      if decay(outcome) >= decayShare {
        return
          "Merging gave back enough for a while, and the VMs' own writes took it away again: what is"
          + " written is nobody else's any more."
      }
      return
        "The scanner has not got round to it: at"
        + " \(PressureDiagnosis.count(UInt64(outcome.pagesPerSecond))) pages a second it sees all"
        + " memory in \(seconds(scanSeconds(outcome))), and needs two rounds to merge anything."
    case .late:
      return
        "The VMs fill their memory when they boot, and merging gives it back only as fast as the scanner"
        + " gets through it: all at once they need \(size(outcome.mostNeededBytes)), and"
        + " \(size(last.neededBytes)) in the end."
    case .dependent:
      return
        "The VMs fit because they have the same pages: \(size(outcome.bytesOfVMs - host)) more are promised"
        + " than the host has, and nothing but the VMs themselves keeps that so."
    case .ample:
      return
        "The VMs fit without merging; what it gives back is room for more of them, or for the host's page"
        + " cache."
    }
  }

  private static func remedies(
    _ condition: Condition, _ outcome: MergingOutcome, _ last: MergingOutcome.Sample,
    _ host: UInt64
  ) -> [String] {
    var remedies: [String] = []
    switch condition {
    case .short, .late:
      let missing = outcome.mostNeededBytes - min(outcome.mostNeededBytes, host)
      remedies.append(
        "Add \(size(missing + missing / 10)) of memory, or place as many VMs elsewhere: that alone is sure,"
          + " and costs what memory costs.")
      if condition == .late {
        remedies.append(
          "Let the VMs boot one after another, over \(seconds(4 * scanSeconds(outcome))) or more: merging"
            + " keeps up, and the last VM is there later.")
      }
      remedies.append(
        "Raise pages_to_scan, or use the scan-time advisor: merging catches up sooner, for as much more of a"
          + " CPU than the \(percent(outcome.cpuShare)) it takes now.")
      remedies.append(
        "Swap on fast storage carries the time until then: who touches what lies there waits for it."
      )
    case .dependent:
      remedies.append(
        "Leave room for what writes can take away, \(size(outcome.bytesOfVMs - host)) at the worst, in"
          + " memory or in swap: it is idle as long as the VMs stay alike.")
      remedies.append(
        "Watch pages_sharing and general_profit: an update of the guests, or a load that fills their page"
          + " caches with different things, undoes merging on all of them at once.")
    case .ample:
      remedies.append(
        "Turn merging off where its \(percent(outcome.cpuShare)) of a CPU and the slower writes matter more"
          + " than \(size(UInt64(max(outcome.savedBytes, 0)))) of free memory.")
    }
    if condition != .ample, decay(outcome) >= decayShare {
      remedies.append(
        "Keep what VMs share from being written: caches that start empty, and images of one version; that"
          + " binds the guests' owners.")
    }
    return remedies
  }

  // MARK: Words

  /// What part is gone of what had been given back at most.
  private static func decay(_ outcome: MergingOutcome) -> Double {
    outcome.mostSavedBytes == 0
      ? 0 : 1 - Double(outcome.savedBytes) / Double(outcome.mostSavedBytes)
  }

  /// How long the scanner takes for all memory.
  private static func scanSeconds(_ outcome: MergingOutcome) -> Double {
    Double(outcome.bytesOfVMs / 4096) / max(outcome.pagesPerSecond, 1)
  }

  private static func share(_ part: Int, _ whole: UInt64) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }

  private static func size(_ bytes: UInt64) -> String { PressureDiagnosis.size(bytes) }
  private static func percent(_ share: Double) -> String { PressureDiagnosis.percent(share) }
  private static func seconds(_ seconds: Double) -> String {
    PressureDiagnosis.time(UInt64(max(seconds, 0) * 1e9))
  }
  private static func times(_ count: UInt64) -> String {
    count == 1 ? "once" : "\(PressureDiagnosis.count(count)) times"
  }
}
