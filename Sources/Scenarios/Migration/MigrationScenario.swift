public import Studies

/// A migration as a file says it.
public struct MigrationScenario: Sendable, Hashable {
  /// What it is about, in a line.
  public var title: String
  /// What happens.
  public var study: MigrationStudy

  /// A migration with a title.
  public init(_ title: String, _ study: MigrationStudy) {
    self.title = title
    self.study = study
  }
}
