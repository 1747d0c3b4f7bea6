public import Costs
public import Hypervisor
import Simulation

/// What became of a machine that was moved.
public struct MigrationOutcome: Sendable, Hashable {
  /// How it ended.
  public enum End: String, Sendable, Hashable, CaseIterable {
    /// What was left could be sent within the downtime.
    case converged
    /// The guest was stopped though more was left.
    case forced
    /// The guest was moved first, and its pages followed.
    case postcopy
    /// The rounds did not come to an end, and the guest stayed where it was.
    case gaveUp = "gave-up"
  }

  /// How it ended.
  public internal(set) var end: End
  /// How long the start of the log took, in picoseconds.
  public internal(set) var setup: Int64
  /// The rounds while the guest ran.
  public internal(set) var rounds: [PrecopyRound]
  /// What was sent when it had stopped; nothing where it never did.
  public internal(set) var last: PrecopyRound?
  /// How long the guest stood still, in picoseconds.
  public internal(set) var downtime: Int64?
  /// How long it took from the start of the log until all pages were there, or until it was given up, in
  /// picoseconds.
  public internal(set) var total: Int64
  /// What became of the guest at its destination; nothing where it never got there.
  public internal(set) var arrival: ArrivalOutcome?
  /// The bytes that were sent.
  public internal(set) var bytes: UInt64
  /// The pages at the destination that hold something else than the guest left: none, if all is well.
  public internal(set) var lostPages: Int
  /// What the source's machine counted since its log began.
  public internal(set) var ledger: Ledger
  /// What the source's log met beyond faults.
  public internal(set) var dirty = DirtyCounters()
  /// What the source's work and faults cost.
  public internal(set) var bill: Bill
  /// What happened when.
  public internal(set) var series: MigrationSeries
  /// The part of its speed that the guest lost, on the average, until all pages were there.
  public internal(set) var lost: Double
  /// How often the guest wrote before it was moved.
  public internal(set) var writes: UInt64
}
