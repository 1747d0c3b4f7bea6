/// What is wrong with a line of input, and where.
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
  /// Where it is wrong.
  public let position: TextPosition
  /// What is wrong, as a sentence.
  public let message: String

  /// A diagnostic at a place.
  public init(at position: TextPosition, _ message: String) {
    self.position = position
    self.message = message
  }

  /// The diagnostic without the file's name, `line:column: message`.
  public var description: String { "\(position): \(message)" }
}
