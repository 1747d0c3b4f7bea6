/// What is wrong with a line of a merging script.
public struct MergingScriptError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The column in which it is, from 1.
  public let column: Int
  /// What was found and what would be right, without an end.
  public let message: String

  /// The error as a sentence.
  public var description: String { message + "." }
}
