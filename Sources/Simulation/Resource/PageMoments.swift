/// A moment for each page of a file, which is never until it is said.
///
/// Moments lie in rows side by side that are made when one of theirs is said, so a large file of which little
/// is read takes little.
struct PageMoments {
  private static let rowPages = 512

  private var rows: [[VirtualTime]] = []

  /// The moment of a page.
  subscript(page: Int) -> VirtualTime {
    get {
      let row = page / Self.rowPages
      guard row < rows.count, !rows[row].isEmpty else { return .never }
      return rows[row][page % Self.rowPages]
    }
    set {
      let row = page / Self.rowPages
      if row >= rows.count {
        rows.append(contentsOf: repeatElement([], count: row + 1 - rows.count))
      }
      if rows[row].isEmpty {
        rows[row] = Array(repeating: .never, count: Self.rowPages)
      }
      rows[row][page % Self.rowPages] = newValue
    }
  }
}
