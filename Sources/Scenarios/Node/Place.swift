public import Records

/// Where a value was written: in a file, or in an option that overrides the file.
public enum Place: Sendable, Hashable {
  /// At a line and a column of the file.
  case text(TextPosition)
  /// In an override such as `--set host.cpus=4`, which is kept as it was written.
  case override(String)

  /// The first place of every file.
  public static let start = Self.text(TextPosition(line: 1, column: 1))
}

extension Place: Comparable {
  /// Places of the file by line and column, and then the overrides.
  public static func < (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.text(let left), .text(let right)):
      (left.line, left.column) < (right.line, right.column)
    case (.text, .override): true
    case (.override, .text): false
    case (.override(let left), .override(let right)): left < right
    }
  }
}
