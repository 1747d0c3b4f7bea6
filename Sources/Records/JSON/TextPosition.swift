/// A place in a text: the line and the column, both counted from 1, the column in bytes.
public struct TextPosition: Sendable, Hashable, CustomStringConvertible {
  /// The number of the line.
  public let line: Int
  /// The number of the byte in its line.
  public let column: Int

  /// The place at this line and column.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The place as diagnostics write it, `line:column`.
  public var description: String { "\(line):\(column)" }
}
