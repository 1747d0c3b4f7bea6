public import Costs
public import Paging

/// What an access, or an edit of somebody's tables, came to on all levels.
public struct NestedPlay: Sendable {
  /// Where the access arrived; nothing for an edit.
  public let translation: Translation?
  /// The steps in their order.
  public let steps: [NestedStep]
  /// What was counted on the way.
  public let ledger: Ledger

  /// How often the processor went from one level of virtualisation to another.
  public var switches: Int { steps.count(where: \.isSwitch) }
  /// How many of those were exits to L0.
  public var exits: Int { steps.count(where: \.isExit) }
}
