/// Where a list of machines was placed on hosts that are alike.
public struct PlacementOutcome: Sendable, Hashable {
  /// Why memory of a host is left over.
  public enum Cause: String, Sendable, Hashable, CaseIterable {
    /// It is in a pool of huge pages that nobody has.
    case pool
    /// Together the nodes have enough for another machine, and none has it alone.
    case nodes
    /// Processors or resources that the user named ran out first.
    case others
    /// It is less than the smallest machine needs.
    case remainder
    /// Another machine would fit: there was none left to place.
    case room
  }

  /// The hosts that are needed, and on each how many machines of each kind.
  public let hosts: [[UInt64]]
  /// How few hosts no placement goes below.
  public let bound: Int
  /// The memory that is left over, by cause.
  public let stranded: [Cause: UInt64]
  /// The machines of each kind that fit on no host at all.
  public let unplaced: [UInt64]

  /// The memory that is left over for a cause.
  public func stranded(_ cause: Cause) -> UInt64 { stranded[cause] ?? 0 }
}
