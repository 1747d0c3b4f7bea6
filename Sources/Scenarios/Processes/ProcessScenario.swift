public import Studies

/// A study of processes as a file says it.
public struct ProcessScenario: Sendable, Hashable {
  /// What it is about, in a line.
  public var title: String
  /// The machine, its processes and its host.
  public var study: ProcessStudy

  /// A study with a title.
  public init(_ title: String, _ study: ProcessStudy) {
    self.title = title
    self.study = study
  }
}
