/// A component, by how much it moves a bill.
public struct Mover: Sendable, Hashable {
  /// The component.
  public let component: Component
  /// What all of its uses cost.
  public let cost: CostRange
}
