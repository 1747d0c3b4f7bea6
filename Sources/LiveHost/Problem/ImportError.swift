/// Everything that is wrong with what was to be read, so that nothing could be made of it.
public struct ImportError: Error, Sendable, Hashable, CustomStringConvertible {
  /// How many problems are told: a file that is wrong from end to end needs no more to show it.
  static let most = 20

  /// The problems, in the order of the text, at least one.
  public let problems: [ImportProblem]

  /// An error of these problems.
  public init(_ problems: [ImportProblem]) { self.problems = problems }

  /// An error of one problem.
  public init(_ problem: ImportProblem) { problems = [problem] }

  /// A line for each problem.
  public var description: String {
    var lines = problems.prefix(Self.most).map(\.description)
    if problems.count > Self.most { lines.append("… and \(problems.count - Self.most) more") }
    return lines.joined(separator: "\n")
  }
}
