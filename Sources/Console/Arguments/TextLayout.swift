/// Breaks text into lines.
package enum TextLayout {
  /// The columns of help texts.
  package static let width = 80

  /// The words of `text` on lines of at most `width` columns.
  package static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " \(word)"
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  /// `text` filled up with spaces to `width` columns.
  package static func column(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// `text` with spaces before it, `width` columns in all.
  package static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// A count of things.
  package static func count(_ number: Int, _ thing: String) -> String {
    number == 1 ? "1 \(thing)" : "\(number) \(thing)s"
  }

  /// Pairs of a term and what it means, in two columns; a long term has a line of its own.
  package static func definitions(_ pairs: [(term: String, meaning: String)]) -> [String] {
    let indent = 2
    let longest = pairs.map(\.term.count).max() ?? 0
    let column = indent + min(longest, 24) + 2
    var lines: [String] = []
    for (term, meaning) in pairs {
      let wrapped = wrap(meaning, width: width - column)
      let start = String(repeating: " ", count: indent) + term
      if start.count + 2 > column {
        lines.append(start)
        lines += wrapped.map { String(repeating: " ", count: column) + $0 }
      } else {
        lines.append(Self.column(start, column) + (wrapped.first ?? ""))
        lines += wrapped.dropFirst().map { String(repeating: " ", count: column) + $0 }
      }
    }
    return lines
  }
}
