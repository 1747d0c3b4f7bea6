public import Studies

/// A pressure study as a file says it.
public struct PressureScenario: Sendable, Hashable {
  /// What it is about, in a line.
  public var title: String
  /// What happens.
  public var study: PressureStudy

  /// A study with a title.
  public init(_ title: String, _ study: PressureStudy) {
    self.title = title
    self.study = study
  }
}
