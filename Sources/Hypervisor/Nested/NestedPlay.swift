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

  /// How many of the switches went from one of two levels to the other: 0 for L0, 1 for L1, 2 for L2.
  public func switches(between one: Int, and other: Int) -> Int {
    steps.count { step in
      guard let next = step.next else { return false }
      return step.actor.level == one && next.level == other
        || step.actor.level == other && next.level == one
    }
  }
}
