import HostMemory
import Simulation

/// A storm under each mitigation that makes sense for it.
public struct MitigationStudy: Sendable {
  /// The storm, with a policy of its own.
  public let storm: Storm
  /// What is wanted.
  public let target: StormTarget

  /// The study of a storm's mitigations.
  public init(_ storm: Storm, target: StormTarget = StormTarget()) {
    self.storm = storm
    self.target = target
  }

  /// Threads beside the guest are tried for so many machines at most: each is played, not one for all.
  public static let mostInBackground = 64

  /// What is tried, nothing first.
  ///
  /// `outcome` is what becomes of the storm as it stands: machines that start one after another do so as
  /// fast as the processors are done with them.
  public func mitigations(after outcome: StormOutcome) -> [Mitigation] {
    var list = [Mitigation("nothing", StormPolicy())]
    func add(_ name: String, _ change: (inout StormPolicy) -> Void) {
      var policy = StormPolicy()
      change(&policy)
      guard !list.contains(where: { $0.policy == policy }) else { return }
      list.append(Mitigation(name, policy))
    }
    if !storm.policy.settings.isEmpty {
      list.append(Mitigation("what the scenario says", storm.policy))
    }
    for batch in [8, 64] {
      add("\(batch) neighbours mapped with a fault") { $0.batch = batch }
    }
    if storm.cohortLimits.contains(where: { $0.needsPlay }) {
      add("faults of a machine beside each other") { $0.faultPath = .parallel }
    }
    add("pages of 2 MiB, as faults take them") { $0.backing = .large }
    add("pages of 1 GiB, as faults take them") { $0.backing = .huge }
    for population in StormPolicy.Population.allCases where population != .none {
      add("4 KiB, \(population.phrase)") { $0.population = population }
    }
    for population in StormPolicy.Population.allCases where population != .none {
      add("2 MiB, \(population.phrase)") {
        $0.backing = .large
        $0.population = population
      }
    }
    add("1 GiB, \(StormPolicy.Population.writing.phrase)") {
      $0.backing = .huge
      $0.population = .writing
    }
    for population in [StormPolicy.Population.process, .writing] {
      add("the recorded pages, \(population.phrase)") {
        $0.population = population
        $0.extent = .hotSet
      }
    }
    if storm.count <= Self.mostInBackground {
      for threads in [1, 4] {
        let who = threads == 1 ? "a thread" : "\(threads) threads"
        add("4 KiB, mapped for writing beside the guest by \(who)") {
          $0.population = .writing
          $0.backgroundThreads = threads
        }
      }
    }
    for order in [FrameOrder.large, .huge] {
      add("pages of \(order == .large ? "2 MiB" : "1 GiB"), reserved at boot") {
        $0.backing = order
        $0.poolBytes = 0
        let policy = $0
        $0.poolBytes = storm.fleet.reduce(0) { sum, flavour in
          sum + UInt64(flavour.count) * (policy.reservedBytes(flavour) ?? 0)
        }
      }
    }
    add("2 MiB, a device passed through") {
      $0.backing = .large
      $0.isPassedThrough = true
    }
    let processors = storm.host.processors
    for most in [processors, processors / 2] where most > 0 && most < storm.count {
      add("at most \(most) at once") { $0.startsAtOnce = most }
      add("2 MiB, at most \(most) at once") {
        $0.backing = .large
        $0.startsAtOnce = most
      }
    }
    if storm.count > 1 {
      let interval = interval(after: outcome)
      add("one after another, as the processors are done") { $0.staggerNanoseconds = interval }
      add("2 MiB, one after another") {
        $0.backing = .large
        $0.staggerNanoseconds = interval
      }
    }
    return list
  }

  /// How often a machine can start without a line for the processors growing, in whole milliseconds.
  private func interval(after outcome: StormOutcome) -> UInt64 {
    var work = TotalTime.zero
    for share in TimeShare.allCases where share.isWork { work += outcome.shares[share] }
    let machines = Int128(storm.count) * Int128(storm.host.processors)
    let milliseconds = work.picoseconds / machines / 1_000_000_000
    return UInt64(clamping: max(milliseconds, 1)) * 1_000_000
  }

  /// What becomes of the storm with each of them; the same on any number of threads.
  public func run(
    after outcome: StormOutcome, threads: Int,
    finished: @Sendable (_ done: Int, _ all: Int) -> Void = { _, _ in }
  ) -> MitigationOutcome {
    let mitigations = mitigations(after: outcome)
    let results = IndependentWork.results(
      of: mitigations.count, threads: threads, finished: { finished($0, mitigations.count) }
    ) { number in
      var storm = storm
      storm.policy = mitigations[number].policy
      return MitigationResult(mitigation: mitigations[number], figures: storm.figures(target))
    }
    return MitigationOutcome(results, target: target)
  }
}

extension StormPolicy.Population {
  /// What is done, in a few words.
  fileprivate var phrase: String {
    switch self {
    case .none: "nothing populated"
    case .process: "behind the process before the start"
    case .reading: "mapped for reading before the start"
    case .writing: "mapped for writing before the start"
    }
  }
}
