/// Why bytes are no recorded boot.
public struct BootTraceProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where in the file the wrong byte is, counted from 0.
  public let offset: Int
  /// What was found and what would be right, as a sentence.
  public let message: String

  init(_ offset: Int, _ message: String) {
    self.offset = offset
    self.message = message
  }

  /// The problem with its place.
  public var description: String { "byte \(offset): \(message)" }
}
