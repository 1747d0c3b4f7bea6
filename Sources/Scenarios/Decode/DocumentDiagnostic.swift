/// What is wrong with a file, and where: `file:line:column: what was found; what would be right`.
public struct DocumentDiagnostic: Sendable, Hashable, CustomStringConvertible {
  /// The name of the file.
  public let file: String
  /// Where it is wrong.
  public let place: Place
  /// What was found, and what would be right.
  public let message: String

  /// A diagnostic at a place of a file.
  public init(_ file: String, at place: Place, _ message: String) {
    self.file = file
    self.place = place
    self.message = message
  }

  /// The line that is printed.
  public var description: String {
    switch place {
    case .text(let position): "\(file):\(position): \(message)"
    case .override(let option): "\(file): \(option): \(message)"
    }
  }
}
