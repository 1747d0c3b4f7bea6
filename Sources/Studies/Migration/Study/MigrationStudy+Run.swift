import Costs
import Hypervisor
import Simulation

extension MigrationStudy {
  /// Moves one of the machines, by itself: with the part of the link that it has while as many send as may.
  public func run(machine number: Int = 0) throws(MigrationError) -> MigrationOutcome {
    try run(machine: number, defect: .none)
  }

  /// Moves one of the machines, with something that goes wrong.
  func run(machine number: Int, defect: MigrationDefect) throws(MigrationError) -> MigrationOutcome
  {
    var alone = self
    alone.link = ownLink
    let part = SharedMove.Part(study: alone, number: number)
    var move = SharedMove([part], alone.link, atOnce: 1, defect: defect)
    try move.run()
    guard let outcome = move.outcomes[0] else {
      preconditionFailure("a machine that is moved has an outcome")
    }
    return outcome
  }

  /// What a ledger costs.
  static func bill(
    _ ledger: Ledger, _ profile: CostProfile
  ) throws(MigrationError) -> Bill {
    do throws(PricingError) {
      return try Bill(ledger, profile)
    } catch {
      throw .pricing(error)
    }
  }

  /// The part of the guest's speed that was lost until all pages were there.
  func lostShare(_ outcome: MigrationOutcome) -> Double {
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
