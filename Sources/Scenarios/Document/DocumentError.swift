/// Everything that is wrong with a file.
public struct DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is printed, a line for each problem.
  public let lines: [String]
  /// The problems in the order of the file.
  public let diagnostics: [DocumentDiagnostic]

  /// All lines.
  public var description: String { lines.joined(separator: "\n") }
}
