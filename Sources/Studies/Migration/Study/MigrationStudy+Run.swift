import Costs
import Hypervisor
import Simulation

extension MigrationStudy {
  /// Moves one of the machines.
  public func run(machine number: Int = 0) throws(MigrationError) -> MigrationOutcome {
    try run(machine: number, defect: .none)
  }

  /// Moves one of the machines, with something that goes wrong.
  func run(machine number: Int, defect: MigrationDefect) throws(MigrationError) -> MigrationOutcome
  {
    var run = try PrecopyRun(self, machine: number, defect: defect)
    let before = run.guest.ledger
    try run.run()
    let end: MigrationOutcome.End =
      run.isConverged
      ? .converged : postcopy != nil ? .postcopy : precopy.forcesSwitch ? .forced : .gaveUp
    var outcome = MigrationOutcome(
      end: end, setup: run.setup, rounds: run.rounds, last: nil, downtime: nil, total: run.time,
      arrival: nil, bytes: run.rounds.reduce(0) { $0 + $1.bytes }, lostPages: 0,
      ledger: Ledger(), bill: try Self.bill(Ledger(), profile), series: run.guest.series, lost: 0,
      writes: 0)
    if end != .gaveUp {
      let stopped = run.time
      let last = try run.stop(sendingRest: end != .postcopy)
      outcome.last = last
      outcome.downtime = run.time - stopped
      outcome.bytes += last.bytes + stateBytes
      outcome.lostPages = run.lostPages(exceptLeft: end == .postcopy)
      outcome.total = run.time
    }
    outcome.writes = run.guest.writes
    outcome.ledger = run.guest.ledger.since(before)
    outcome.bill = try Self.bill(outcome.ledger, profile)
    outcome.dirty = run.guest.dirty
    outcome.series = run.guest.series
    guard end != .gaveUp else {
      outcome.lost = lostShare(outcome)
      return outcome
    }
    let isPostcopy = end == .postcopy
    let contents = run.guest.contents
    let arrived = run.arrived
    let left = isPostcopy ? run.left : PageBits(pages: contents.count)
    let time = run.time
    let series = run.guest.series
    // The source's machine is not needed any more.
    _ = consume run
    let stream = PageStream(self, left: left, contents: contents, arrived: arrived, at: time)
    var arrival = try ArrivalRun.one(
      of: self, machine: number, stream, contents: contents, at: time, series: series)
    try arrival.run()
    outcome.series = arrival.series
    outcome.arrival = arrival.outcome
    outcome.bytes += arrival.outcome.bytes
    if isPostcopy {
      outcome.total = arrival.outcome.complete
      outcome.lostPages = arrival.lostPages
    }
    _ = try Self.bill(arrival.outcome.ledger, profile)
    outcome.lost = lostShare(outcome)
    return outcome
  }

  private static func bill(
    _ ledger: Ledger, _ profile: CostProfile
  ) throws(MigrationError) -> Bill {
    do throws(PricingError) {
      return try Bill(ledger, profile)
    } catch {
      throw .pricing(error)
    }
  }

  /// The part of the guest's speed that was lost until all pages were there.
  private func lostShare(_ outcome: MigrationOutcome) -> Double {
    let speed = outcome.series.speed
    let bin = Double(outcome.series.bin.picoseconds)
    let total = Double(max(outcome.total, 1))
    var lost = 0.0
    for (number, value) in speed.enumerated() {
      let from = Double(number) * bin
      guard from < total else { break }
      lost += (1 - value) * min(bin, total - from)
    }
    return lost / total
  }
}
