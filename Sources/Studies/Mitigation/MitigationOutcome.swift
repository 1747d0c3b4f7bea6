import Simulation

/// What each mitigation makes of a storm.
public struct MitigationOutcome: Sendable {
  /// The results, that of nothing first.
  public let results: [MitigationResult]
  /// The place of the cheapest that meets the target; nothing where none meets it or nothing is wanted.
  ///
  /// The cheapest has the least set-up; of several, it holds machines back least, then takes the least
  /// memory, then changes least, and then has the earliest last machine.
  public let cheapest: Int?
  /// The place of the one with the earliest last machine.
  public let earliest: Int?

  init(_ results: [MitigationResult], target: StormTarget) {
    var results = results
    let figures = results.map { try? $0.figures.get() }
    for (number, own) in figures.enumerated() {
      guard let own else { continue }
      results[number].isUnbeaten = !figures.contains { other in
        other.map { Self.isBeaten(own, by: $0) } ?? false
      }
    }
    self.results = results
    let placed = figures.enumerated().compactMap { place, figures in
      figures.map { (place: place, figures: $0) }
    }
    earliest =
      placed.min {
        ($0.figures.allReady, $0.place) < ($1.figures.allReady, $1.place)
      }?.place
    let wanted = target.ready != nil || target.memoryBytes != nil
    cheapest =
      !wanted
      ? nil
      : placed.filter { $0.figures.misses.isEmpty }.min {
        let (left, right) = ($0.figures, $1.figures)
        let settings = (
          results[$0.place].mitigation.policy.settings.count,
          results[$1.place].mitigation.policy.settings.count
        )
        return (left.setUp, left.heldBack, left.usedBytes, settings.0, left.allReady, $0.place)
          < (right.setUp, right.heldBack, right.usedBytes, settings.1, right.allReady, $1.place)
      }?.place
  }

  /// Whether others beat figures, where a difference of less than 0.1 % of the time until all are ready
  /// is none.
  private static func isBeaten(_ own: StormFigures, by other: StormFigures) -> Bool {
    let mine = own.allReady.picoseconds
    let others = other.allReady.picoseconds
    guard abs(mine - others) < max(mine, others) / 1000 else { return own.isBeaten(by: other) }
    guard other.usedBytes <= own.usedBytes, other.setUp <= own.setUp else { return false }
    return other.usedBytes < own.usedBytes || other.setUp < own.setUp
  }

  /// What hosts do that a storm doesn't model, so that it isn't among the results.
  public static let unmodelled = ["pages that the kernel joins while the guest runs"]
}
