public import Costs
public import Paging

/// What it took to make one access of L2's.
public struct NestedTouch: Sendable {
  /// Where the access arrived.
  public let translation: Translation
  /// The steps in their order.
  public let steps: [NestedStep]
  /// What was counted on the way.
  public let ledger: Ledger

  /// How often the processor went from one level of virtualisation to another.
  public var switches: Int { steps.count(where: \.isSwitch) }
  /// How many of those were exits to L0.
  public var exits: Int { steps.count(where: \.isExit) }
}
