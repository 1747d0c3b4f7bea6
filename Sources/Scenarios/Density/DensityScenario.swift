public import Studies

/// A question of density as a file says it.
public struct DensityScenario: Sendable, Hashable {
  /// What it is about, in a line.
  public var title: String
  /// The question.
  public var density: Density

  /// A question with its title.
  public init(_ title: String, _ density: Density) {
    self.title = title
    self.density = density
  }
}
