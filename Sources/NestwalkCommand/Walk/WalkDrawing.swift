import Console
import Paging
import Records

/// A walk as a drawing: the two-dimensional grid, with an arrow from each read to the next.
enum WalkDrawing {
  private static let cellWidth = 168
  private static let cellHeight = 46
  private static let gap = 26
  private static let margin = 24
  private static let rowTitle = 26
  private static let rowGap = 22
  private static let top = 96

  /// Colours for light and dark surroundings; without support for the query it is the light one.
  private static let style = """
    text{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;fill:#1c2128}
    .title{font-size:16px;font-weight:bold}.name{font-weight:bold;text-anchor:middle}
    .row{font-style:italic}.value{text-anchor:end}.number{font-size:11px;fill:#57606a}
    .paper{fill:#ffffff}.host{fill:#ddeafd;stroke:#2f6fb7}.guest{fill:#fdebd0;stroke:#a86408}
    .stop{fill:#ffd9d7;stroke:#c02018;stroke-width:2}.none{fill:none;stroke:#b6bec8;stroke-dasharray:3 3}
    .way{fill:none;stroke:#57606a}.head{fill:#57606a}
    @media (prefers-color-scheme:dark){
    text{fill:#e6edf3}.number{fill:#a3adb8}.paper{fill:#14181d}
    .host{fill:#16304f;stroke:#6aa7ea}.guest{fill:#46300f;stroke:#dba55a}
    .stop{fill:#561c1a;stroke:#ff7b72}.none{stroke:#4c545e}.way{stroke:#a3adb8}.head{fill:#a3adb8}}
    """

  static func svg(_ walk: ExplainedWalk) -> String {
    let grid = WalkGrid(walk)
    let outcome = TextLayout.wrap(WalkWords.outcome(walk), width: 96)
    let columns = max(grid.columns.count, 4)
    let rowHeight = rowTitle + cellHeight + rowGap
    let width = 2 * margin + columns * (cellWidth + gap) - gap
    let foot = top + grid.rows.count * rowHeight
    let height = foot + outcome.count * 20 + margin
    var drawing = SVGDocument(
      width: width, height: height, title: WalkWords.title(walk),
      description: description(grid, walk), style: style)
    drawing.rectangle(x: 0, y: 0, width: width, height: height, class: "paper")
    drawing.text(WalkWords.title(walk), x: margin, y: margin + 12, class: "title")
    for (number, name) in grid.columns.enumerated() {
      drawing.text(name, x: x(number) + cellWidth / 2, y: top - 18, class: "name")
    }
    var before: (x: Int, y: Int)?
    for (number, row) in grid.rows.enumerated() {
      let y = top + number * rowHeight
      drawing.text(row.title, x: margin, y: y + 14, class: "row")
      draw(row, hasGuest: grid.hasGuest, y: y + rowTitle, before: &before, on: &drawing)
    }
    for (number, line) in outcome.enumerated() {
      drawing.text(line, x: margin, y: foot + 14 + number * 20, class: "outcome")
    }
    return drawing.text
  }

  private static func x(_ column: Int) -> Int { margin + column * (cellWidth + gap) }

  /// Draws a row, and the way from the read before it; `before` is where that read's box ends.
  private static func draw(
    _ row: WalkGrid.Row, hasGuest: Bool, y: Int, before: inout (x: Int, y: Int)?,
    on drawing: inout SVGDocument
  ) {
    let cells = row.host + (hasGuest ? [row.guest] : [])
    var isFirst = true
    for (column, cell) in cells.enumerated() {
      let left = x(column)
      let isGuest = hasGuest && column == cells.count - 1
      guard let cell else {
        // The access itself has no entry of the guest; a large page needs no lower levels.
        if isGuest { continue }
        drawing.rectangle(
          x: left, y: y, width: cellWidth, height: cellHeight, radius: 4, class: "none")
        continue
      }
      if let before {
        drawing.arrow(way(from: before, to: (left, y), isNewRow: isFirst), class: "way")
      }
      drawing.rectangle(
        x: left, y: y, width: cellWidth, height: cellHeight, radius: 4,
        class: cell.isStop ? "stop" : isGuest ? "guest" : "host")
      drawing.text("\(cell.number)", x: left + 6, y: y + 14, class: "number")
      drawing.text("\(cell.place)", x: left + cellWidth - 8, y: y + 18, class: "value")
      drawing.text(hex(cell.entry), x: left + cellWidth - 8, y: y + 36, class: "value")
      before = (left + cellWidth, y)
      isFirst = false
    }
  }

  /// The way from the box that ends at `start` to the one that begins at `end`.
  private static func way(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), isNewRow: Bool
  ) -> [(x: Int, y: Int)] {
    guard isNewRow else {
      return [(start.x, start.y + cellHeight / 2), (end.x, end.y + cellHeight / 2)]
    }
    // Down from the last box of the row before, along the space between the rows, and in from the left.
    let turn = start.y + cellHeight + rowGap / 2
    return [
      (start.x - cellWidth / 2, start.y + cellHeight), (start.x - cellWidth / 2, turn),
      (end.x - margin / 2, turn), (end.x - margin / 2, end.y + cellHeight / 2),
      (end.x, end.y + cellHeight / 2),
    ]
  }

  private static func description(_ grid: WalkGrid, _ walk: ExplainedWalk) -> String {
    let rows = grid.rows.map { row in
      let reads = row.cells.map { "\($0.number) at \($0.place)" }.joined(separator: ", ")
      return reads.isEmpty ? "\(row.title)." : "\(row.title): reads \(reads)."
    }
    return (rows + [WalkWords.outcome(walk)]).joined(separator: " ")
  }

  private static func hex(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
}
