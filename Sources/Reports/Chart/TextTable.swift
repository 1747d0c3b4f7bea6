/// Rows of text under headings.
package struct TextTable: Sendable, Hashable {
  /// The headings of the columns.
  package let headings: [String]
  /// The rows, each with a text for every column.
  package private(set) var rows: [[String]] = []
  /// The rows that stand out.
  package private(set) var marked: Set<Int> = []

  /// The columns that hold sentences, which go on over several lines on a page.
  package var prose: Set<Int> = []

  /// A table without rows.
  package init(_ headings: [String]) { self.headings = headings }

  /// Adds a row.
  package mutating func add(_ row: [String], marked isMarked: Bool = false) {
    precondition(row.count == headings.count, "a row has a text for each heading")
    if isMarked { marked.insert(rows.count) }
    rows.append(row)
  }
}
