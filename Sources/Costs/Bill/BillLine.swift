/// What an activity's use of a component cost.
public struct BillLine: Sendable, Hashable {
  /// What the cost was for.
  public let activity: Activity
  /// What was used.
  public let component: Component
  /// How much of it.
  public let amount: UInt64
  /// What that cost.
  public let cost: CostRange
  /// How well the price is known.
  public let grade: Grade
}
