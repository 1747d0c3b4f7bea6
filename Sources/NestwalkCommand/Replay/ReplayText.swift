import Console
import HostMemory
import Records

/// A report on a replay as text of 80 columns, the answer first.
enum ReplayText {
  static func text(_ report: ReplayReport) -> String {
    var lines = TextLayout.wrap(answer(report), width: TextLayout.width)
    lines += ["", heads]
    lines += report.rows.map { row($0) }
    let notes = notes(report)
    if !notes.isEmpty {
      lines.append("")
      for note in notes { lines += TextLayout.wrap(note, width: TextLayout.width) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func answer(_ report: ReplayReport) -> String {
    var text =
      "\(name(report.file)): \(TextLayout.count(report.references, "reference")) to"
      + " \(TextLayout.count(report.pages, "page"))"
    if report.writes > 0 { text += ", \(report.writes) of them writes" }
    text += " (format \(report.format.rawValue))."
    if let best = best(report) { text += " " + best }
    return text
  }

  /// Of several policies in one number of frames, the one with the fewest misses that a machine could
  /// have had: the optimal one knows the future, and the working set takes frames as it needs them.
  private static func best(_ report: ReplayReport) -> String? {
    guard let frames = report.rows.first?.frames, report.rows.allSatisfy({ $0.frames == frames })
    else { return nil }
    let rows = report.rows.filter { $0.policy != .opt && $0.policy != .ws }
    guard rows.count > 1, let least = rows.map(\.misses).min() else { return nil }
    let best = rows.filter { $0.misses == least }.map(\.policy.rawValue)
    let verb = best.count == 1 ? "misses" : "miss"
    return "With \(TextLayout.count(frames, "frame")) \(Spelling.list(best, last: "and")) \(verb)"
      + " least."
  }

  private static let heads =
    TextLayout.column("policy", 8) + TextLayout.right("frames", 12)
    + TextLayout.right("misses", 14) + TextLayout.right("miss %", 9)
    + TextLayout.right("clean out", 14) + TextLayout.right("dirty out", 14)

  private static func row(_ row: ReplayRow) -> String {
    let clean = row.outcome.map { "\($0.cleanEvictions)" } ?? "-"
    let dirty = row.outcome.map { "\($0.dirtyEvictions)" } ?? "-"
    return TextLayout.column(row.policy.rawValue, 8) + TextLayout.right("\(row.frames)", 12)
      + TextLayout.right("\(row.misses)", 14)
      + TextLayout.right(TextLayout.decimal(100 * row.missRatio, 3), 9)
      + TextLayout.right(clean, 14) + TextLayout.right(dirty, 14)
  }

  /// What a row means that is not what its heads say.
  private static func notes(_ report: ReplayReport) -> [String] {
    var notes: [String] = []
    if report.rows.contains(where: { $0.policy == .ws }) {
      if let window = report.settings.window {
        notes.append(
          "ws is the working set of a window of \(TextLayout.count(window, "reference")), in as many"
            + " frames as it needs.")
      } else {
        notes.append("ws is the working set of a window of as many references as there are frames.")
      }
    }
    if report.rows.contains(where: { $0.outcome == nil }) {
      notes.append("“-”: one pass for all numbers of frames counts misses only.")
    }
    return notes
  }

  /// What a terminal would obey is not shown to it.
  private static func name(_ file: String) -> String {
    String(
      String.UnicodeScalarView(
        file.unicodeScalars.map { scalar in
          scalar.value < 0x20 || 0x7f..<0xa0 ~= scalar.value ? "\u{fffd}" : scalar
        }))
  }
}
