public import Studies

/// A study of merging as a file says it.
public struct MergingScenario: Sendable, Hashable {
  /// What it is about, in a line.
  public var title: String
  /// The fleet and its host.
  public var study: MergingStudy

  /// A study with a title.
  public init(_ title: String, _ study: MergingStudy) {
    self.title = title
    self.study = study
  }
}
