import HostMemory

/// Why one machine of a flavour can't be counted for all of it.
public enum CohortLimit: Sendable, Hashable {
  /// Several processors of a machine race for pages, so that counts are a matter of time.
  case racing(flavour: String, processors: Int)
  /// Threads populate memory while guests run, so that it is a matter of time which faults are left.
  case background(threads: Int)
  /// The host has fewer large pages than the machines ask for, so that those who come first get them.
  case largePages(available: UInt64)
  /// Machines read one snapshot through the host's page cache, where the first one leaves pages for the
  /// others.
  case pageCache(snapshot: String, machines: Int)
  /// Each machine has a guest of its own.
  case variation(flavour: String, machines: Int)

  /// Whether machines must be played together, fault by fault; else each can be counted alone.
  public var needsPlay: Bool {
    switch self {
    case .racing, .background, .largePages: true
    case .pageCache, .variation: false
    }
  }
}

extension CohortLimit: CustomStringConvertible {
  /// The reason as a sentence.
  public var description: String {
    switch self {
    case .racing(let flavour, let processors):
      "\(processors) processors of each machine “\(flavour)” touch memory at once, and which of their"
        + " faults are spurious is a matter of time: no machine can be counted for the others"
        + " (mode cohort), each is played."
    case .background(let threads):
      "\(threads == 1 ? "A thread populates" : "\(threads) threads populate") memory beside each guest,"
        + " and which faults are left is a matter of time: no machine can be counted for the others"
        + " (mode cohort), each is played."
    case .largePages(let available):
      "The host has \(available >> 20) MiB in runs of 2 MiB, and who comes first gets them: no machine can"
        + " be counted for the others (mode cohort), all are played on one host (mode reference)."
    case .pageCache(let snapshot, let machines):
      "\(machines) machines read “\(snapshot)” through one page cache, which the first one warms: none can"
        + " be counted for the others (mode cohort), each is (mode every-vm)."
    case .variation(let flavour, let machines):
      "Each of the \(machines) guests of “\(flavour)” is drawn for itself (“variation” without “kinds”): none"
        + " can be counted for the others (mode cohort), each is (mode every-vm)."
    }
  }
}

extension Storm {
  /// How many threads populate each machine's memory while it runs.
  var backgroundThreads: Int {
    policy.population == .none || policy.isPassedThrough ? 0 : policy.backgroundThreads
  }

  /// Why one machine of each flavour can't be counted for all.
  public var cohortLimits: [CohortLimit] {
    var limits: [CohortLimit] = []
    for flavour in fleet where flavour.count > 0 && flavour.racers > 1 {
      limits.append(.racing(flavour: flavour.name, processors: flavour.racers))
    }
    if backgroundThreads > 0 { limits.append(.background(threads: backgroundThreads)) }
    if let available = host.largePageBytes, policy.backing != .small {
      limits.append(.largePages(available: available))
    }
    for flavour in fleet where flavour.count > 1 {
      guard let variation = flavour.variation, variation.variesGuests, variation.kinds == nil
      else { continue }
      limits.append(.variation(flavour: flavour.name, machines: flavour.count))
    }
    for snapshot in sharedSnapshots {
      let machines = fleet.reduce(0) { $0 + ($1.sharedSnapshot == snapshot ? $1.count : 0) }
      if machines > 1 { limits.append(.pageCache(snapshot: snapshot, machines: machines)) }
    }
    return limits
  }
}
