public import Costs

/// What became of a guest at its destination.
public struct ArrivalOutcome: Sendable, Hashable {
  /// The pages, of the size of the host's, that were not there when the guest went on.
  public internal(set) var missing = 0
  /// The requests for pages.
  public internal(set) var requests: UInt64 = 0
  /// How long each processor that touched a page which was not there waited for it.
  public internal(set) var latencies = Distribution([])
  /// How often a page that was touched was under way already.
  public internal(set) var awaited: UInt64 = 0
  /// The pages that came without being asked for.
  public internal(set) var streamed = 0
  /// When the last page had come, in picoseconds from the start of the migration.
  public internal(set) var complete: Int64 = 0
  /// What the destination's machine counted.
  public internal(set) var ledger = Ledger()
  /// The bytes that were sent after the switch.
  public internal(set) var bytes: UInt64 = 0

  /// A guest that has not run yet.
  init() {}
}
