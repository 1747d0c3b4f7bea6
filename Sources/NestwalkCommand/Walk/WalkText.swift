import Console
import Paging
import Records

/// A walk as text of 80 columns.
enum WalkText {
  static func text(_ walk: ExplainedWalk) -> String {
    let grid = WalkGrid(walk)
    var lines = TextLayout.wrap(WalkWords.title(walk), width: TextLayout.width)
    if !grid.rows.isEmpty { lines += [""] + picture(grid) }
    lines += [""] + TextLayout.wrap(WalkWords.outcome(walk), width: TextLayout.width)
    lines += pages(walk) + stop(walk)
    lines += changes(walk)
    if case .failed(_, let report) = walk.outcome, !walk.leavesMemory { lines += fault(report) }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: The grid

  private static func picture(_ grid: WalkGrid) -> [String] {
    let count = grid.columns.count
    // One column is left for the mark of the entry that stops the walk.
    let width = min(19, (TextLayout.width - 1) / max(1, count))
    var header = ""
    for (number, name) in grid.columns.enumerated() {
      header += TextLayout.right(number == count - 1 && grid.hasGuest ? "guest" : name, width)
    }
    var lines = ["Each read: where the entry lies in the machine's memory, and below it the entry."]
    lines += ["", header]
    for row in grid.rows {
      let start = "-- \(row.numbers.isEmpty ? "" : "\(row.numbers): ")\(row.title) --"
      lines.append(
        start + String(repeating: "-", count: max(0, width * count - start.count)))
      let cells = row.host + (grid.hasGuest ? [row.guest] : [])
      lines += values(cells.map { $0.map { ($0.place.value, false) } }, width: width)
      lines += values(cells.map { $0.map { ($0.entry, $0.isStop) } }, width: width)
    }
    return lines
  }

  /// Numbers side by side; one that is too wide for its column takes two lines.
  private static func values(_ cells: [(value: UInt64, isStop: Bool)?], width: Int) -> [String] {
    var upper = ""
    var lower = ""
    var isSplit = false
    for cell in cells {
      guard let cell else {
        upper += TextLayout.right("", width)
        lower += TextLayout.right("", width)
        continue
      }
      let digits = String(cell.value, radix: 16)
      // The mark hangs over into the space before the next column.
      let mark = cell.isStop ? "!" : ""
      if digits.count < width {
        upper += TextLayout.right("", max(0, width - digits.count)) + digits + mark
        lower += TextLayout.right("", width)
      } else {
        isSplit = true
        upper += TextLayout.right(digits.dropLast(8) + "_", width)
        lower += TextLayout.right(String(digits.suffix(8)), width) + mark
      }
    }
    let lines = isSplit ? [upper, lower] : [upper]
    return lines.map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  // MARK: What comes of it

  private static func pages(_ walk: ExplainedWalk) -> [String] {
    guard case .translated(let found) = walk.outcome else { return [] }
    var lines: [String] = []
    if let bytes = found.guestPageBytes {
      let start = GuestPhysical(found.guestPhysical.value & ~(bytes - 1))
      lines.append("  guest page  \(WalkWords.size(bytes)) at guest-physical \(start)")
      if let step = walk.steps.last(where: { $0.stage == .first }) {
        lines += fields(walk.guestFormat?.fields(of: found.guestEntry, level: step.level))
      }
    }
    if let bytes = found.hostPageBytes {
      let start = HostPhysical(found.hostPhysical.value & ~(bytes - 1))
      lines.append("  host page   \(WalkWords.size(bytes)) at host-physical \(start)")
      if let step = walk.steps.last(where: { $0.stage == .second }) {
        lines += fields(walk.hostFormat?.fields(of: found.hostEntry, level: step.level))
      }
    }
    return lines
  }

  /// What an entry says, below what it is about.
  private static func fields(_ fields: EntryFields?) -> [String] {
    guard let fields, fields.kind != .notPresent else { return [] }
    return TextLayout.wrap("entry: \(fields)", width: TextLayout.width - 14)
      .map { String(repeating: " ", count: 14) + $0 }
  }

  /// What the entry says that has stopped the walk.
  private static func stop(_ walk: ExplainedWalk) -> [String] {
    guard let failure = walk.failure, !walk.leavesMemory, let step = walk.steps.last,
      failure.entry == step.entry
    else { return [] }
    let found =
      step.stage == .first
      ? walk.guestFormat?.fields(of: step.entry, level: step.level)
      : walk.hostFormat?.fields(of: step.entry, level: step.level)
    return fields(found)
  }

  private static func changes(_ walk: ExplainedWalk) -> [String] {
    let changed = walk.changedSteps
    guard !changed.isEmpty else { return [] }
    var lines = ["", "The walk has changed:"]
    for number in changed {
      let step = walk.steps[number]
      let name =
        step.stage == .first
        ? WalkWords.guestEntry(walk.isa, step.level) : WalkWords.hostEntry(walk, step.level)
      lines.append("  \(name), at \(step.place)")
      lines.append("    from \(hex(step.entry)) to \(hex(walk.entriesAfter[number]))")
    }
    return lines
  }

  private static func fault(_ report: FaultReport) -> [String] {
    var lines = [""]
    lines += TextLayout.wrap("\(report.kind): \(report.words).", width: TextLayout.width)
    let width = report.fields.map(\.name.count).max() ?? 0
    for field in report.fields where field.defined != 0 {
      let value = field.isNumber ? "\(field.value)" : hex(field.value)
      var line = "  \(TextLayout.column(field.name, width))  \(value)"
      if field.defined != .max { line += "  (defined: \(hex(field.defined)))" }
      lines.append(line)
    }
    return lines
  }

  private static func hex(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
}
