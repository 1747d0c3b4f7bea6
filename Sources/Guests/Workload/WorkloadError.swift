/// A workload that no accesses can be made of.
public struct WorkloadError: Error, Sendable, Hashable, CustomStringConvertible {
  /// All that is wrong with it, each as a sentence.
  public let problems: [String]

  /// An error with its problems.
  public init(problems: [String]) { self.problems = problems }

  /// The problems, one after another.
  public var description: String { problems.joined(separator: " ") }
}
