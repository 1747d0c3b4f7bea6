public import Records

/// Something that is wrong with what was to be read, and where.
public struct ImportProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// What the text is called: a file, or a file inside an archive.
  public let source: String
  /// The line and column, where the text has lines.
  public let position: TextPosition?
  /// What was found, and what would be right.
  public let sentence: String

  /// A problem of a text.
  public init(_ sentence: String, in source: String, at position: TextPosition? = nil) {
    self.sentence = sentence
    self.source = source
    self.position = position
  }

  /// The problem as diagnostics are written, with its place in front.
  public var description: String {
    let place = position.map { "\(source):\($0)" } ?? source
    return "\(place): \(sentence)"
  }
}
