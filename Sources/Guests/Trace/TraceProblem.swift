/// Why a line of a trace can't be read.
public struct TraceProblem: Error, Sendable, Hashable {
  /// The column of the first byte that is wrong, counted from 1.
  public let column: Int
  /// What was found and what would be right, as a sentence.
  public let message: String
}
