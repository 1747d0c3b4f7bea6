/// The way to a value inside a file: `policy.batch`, `fleet[0].memory`.
public struct NodePath: Sendable, Hashable, CustomStringConvertible {
  /// A step from a value to one inside it.
  public enum Step: Sendable, Hashable {
    /// To the value under a key.
    case key(String)
    /// To an entry of a list, counted from 0.
    case entry(Int)
  }

  /// The steps, at least one.
  public let steps: [Step]

  /// The path that a text writes, or nothing if it writes none.
  public init?(parsing text: some StringProtocol) {
    var steps: [Step] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      guard let key = pieces.first, !key.isEmpty, !key.contains("]") else { return nil }
      steps.append(.key(String(key)))
      for piece in pieces.dropFirst() {
        let digits = piece.dropLast()
        guard piece.last == "]", !digits.isEmpty, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
          let number = Int(digits)
        else { return nil }
        steps.append(.entry(number))
      }
    }
    self.steps = steps
  }

  init(_ steps: some Sequence<Step>) { self.steps = Array(steps) }

  /// The path as it is written.
  public var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .key(let key): text += text.isEmpty ? key : ".\(key)"
      case .entry(let number): text += "[\(number)]"
      }
    }
    return text
  }
}
