internal import Costs
internal import Guests
package import Simulation
public import Studies

/// A storm and what became of it, for all forms in which it is told.
public struct StormReport: Sendable {
  /// What it is about, in a line.
  package let title: String
  /// What happened.
  package let storm: Storm
  /// What became of it.
  package let outcome: StormOutcome
  /// What was wanted of it.
  package let target: StormTarget
  /// The text that it was read from, if any, as its writer left it.
  package let source: String
  /// When each machine was ready, from its own planned start.
  package let ready: Distribution
  /// What the outcome misses, each as a sentence.
  package let misses: [String]
  /// What each mitigation makes of it, where that was asked.
  package var mitigations: MitigationOutcome?

  /// The report of a storm.
  public init(
    _ title: String, _ storm: Storm, _ outcome: StormOutcome, target: StormTarget = StormTarget(),
    source: String = ""
  ) {
    self.title = title
    self.storm = storm
    self.outcome = outcome
    self.target = target
    self.source = source
    ready = Distribution(outcome.flavours.flatMap { $0.ready.values })
    misses = target.misses(of: outcome)
  }

  /// When the last machine is ready, from the start of the first.
  package var allReady: VirtualDuration { outcome.ready.most }

  /// When a machine is ready that is alone on the host: of several flavours, the slowest's.
  package var alone: VirtualDuration { outcome.flavours.map(\.alone).max() ?? .zero }

  /// When a guest is ready whose touches cost nothing: of several flavours, the slowest's.
  package var bareMetal: VirtualDuration { outcome.flavours.map(\.bareMetal).max() ?? .zero }

  /// The least part of the time at which a host can hope to gain by sparing faults.
  package static let smallShare = 0.05

  /// What part of the time the faults of the second stage take, with all that is waited for because of
  /// them.
  ///
  /// A wait for a processor is one for the others' work, so the part of it is that of the work. The
  /// waits for the start and for a machine's other processors are not counted.
  package var faultShare: Double {
    var work = 0.0
    var waits = 0.0
    for share in TimeShare.allCases {
      let time = Double(outcome.shares[share].picoseconds)
      switch share {
      case .exit, .decode, .allocate, .zero, .copy, .install, .other: work += time
      case .lockWait, .deviceWait: waits += time
      case .guest, .processorWait, .guestWait, .startWait, .siblingWait: break
      }
    }
    let guest = Double(outcome.shares[.guest].picoseconds)
    let queued = Double(outcome.shares[.processorWait].picoseconds)
    let asleep = Double(outcome.shares[.guestWait].picoseconds)
    let total = work + waits + guest + queued + asleep
    guard total > 0 else { return 0 }
    let inQueue = work > 0 ? queued * work / (work + guest) : 0
    return (work + waits + inQueue) / total
  }

  /// The most faults of all kinds in a second, in any bin of the series.
  package var mostFaults: Double {
    let rates = FaultKind.allCases.map(outcome.rate(of:))
    return (0..<outcome.series.bins).map { bin in rates.reduce(0) { $0 + $1[bin] } }.max() ?? 0
  }

  /// The faults of all kinds.
  package var faults: UInt64 { FaultKind.allCases.reduce(0) { $0 + outcome.ledger.faults($1) } }

  /// The bytes of the second stage's tables, of all machines.
  package var stageTwoTables: UInt64 {
    outcome.flavours.reduce(0) { $0 + $1.allTableBytes }
  }

  /// The bytes of the tables of the machines' processes for their memory, of all machines.
  package var processTables: UInt64 {
    outcome.flavours.reduce(0) { $0 + $1.allProcessTableBytes }
  }

  /// The bytes of the guests' own tables, of all machines.
  package var guestTables: UInt64 {
    storm.fleet.reduce(0) { sum, flavour in
      let tables = flavour.guest.mapping.tables(upTo: flavour.guest.layout.end)
      return sum + UInt64(flavour.count) * tables * 4096
    }
  }

  /// The parts of the time that there were, the greatest first.
  package var shares: [(share: TimeShare, time: TotalTime)] {
    TimeShare.allCases.map { ($0, outcome.shares[$0]) }.filter { $0.1 > .zero }
      .sorted { ($1.1, $0.0.rawValue) < ($0.1, $1.0.rawValue) }
  }
}
