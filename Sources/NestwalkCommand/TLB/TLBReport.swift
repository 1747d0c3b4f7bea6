import Guests
import Paging
import Studies

/// What a run of `nestwalk tlb` has to tell.
struct TLBReport {
  /// Where the accesses came from.
  enum Accesses {
    case workload(PatternName, Workload)
    case trace(String, TraceFormat?)
  }

  var study: TranslationStudy
  var placement: PlacementName
  var accesses: Accesses
  /// The cycles of work that an access comes with, if that is known.
  var workCycles: Double?
  /// The outcomes, by the guest's pages first, then by the hypervisor's; bare metal before them.
  var outcomes: [TranslationOutcome]
  /// What misses cost that were counted on a machine.
  var measured: MeasuredMisses?

  /// The sizes of the guest's pages, in order.
  var guestSizes: [UInt64] { unique(outcomes.map(\.pages.guest)) }

  /// The sizes of the hypervisor's pages, in order; nothing for bare metal.
  var hostSizes: [UInt64?] { unique(outcomes.map(\.pages.host)) }

  func outcome(_ guest: UInt64, _ host: UInt64?) -> TranslationOutcome? {
    outcomes.first { $0.pages == PagePair(guest: guest, host: host) }
  }

  /// The first pair that has two stages, which the others are compared with.
  var reference: TranslationOutcome? { outcomes.first { $0.pages.host != nil } ?? outcomes.first }

  /// The kinds of walk cache and what each has saved, in words and under its key.
  static func savings(
    _ outcome: TranslationOutcome
  ) -> [(words: String, key: String, kind: CacheSavings.Kind)] {
    let savings = outcome.savings
    return [
      ("walk caches, guest's tables", "guestTables", savings.guestTables),
      ("walk caches, hypervisor's tables", "hostTables", savings.hostTables),
      ("cache of guest-physical pages", "nested", savings.nested),
    ]
  }

  /// The part of the run time, where the work is known.
  func share(_ outcome: TranslationOutcome) -> Double? {
    workCycles.map { outcome.share(workCycles: $0) }
  }

  private func unique<Value: Equatable>(_ values: [Value]) -> [Value] {
    var seen: [Value] = []
    for value in values where !seen.contains(value) { seen.append(value) }
    return seen
  }
}
