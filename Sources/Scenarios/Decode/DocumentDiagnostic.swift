/// What is wrong with a file, and where: `file:line:column: what was found; what would be right`.
public struct DocumentDiagnostic: Sendable, Hashable, CustomStringConvertible {
  /// The name of the file.
  public let file: String
  /// Where it is wrong.
  public let place: Place
  /// What was found, and what would be right; a control character that was found stands as `\u{1B}`.
  public let message: String

  /// A diagnostic at a place of a file.
  public init(_ file: String, at place: Place, _ message: String) {
    self.file = file
    self.place = place
    self.message = Self.shown(message)
  }

  /// The line that is printed.
  public var description: String {
    switch place {
    case .text(let position): "\(file):\(position): \(message)"
    case .override(let option): "\(file): \(option): \(message)"
    }
  }

  /// A text that no terminal takes for more than a text.
  private static func shown(_ text: String) -> String {
    let isControl = { (scalar: Unicode.Scalar) in
      scalar.properties.generalCategory == .control
    }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return text.unicodeScalars.reduce(into: "") { line, scalar in
      line +=
        isControl(scalar) ? "\\u{\(String(scalar.value, radix: 16, uppercase: true))}" : "\(scalar)"
    }
  }
}
