import Console
import Costs

/// Cost profiles as text of 80 columns.
enum ProfilesText {
  /// How many profiles fit side by side.
  static let most = 4

  // MARK: All

  static func list(_ profiles: [CostProfile]) -> String {
    let header =
      TextLayout.column("profile", 18) + TextLayout.column("ISA", 9)
      + TextLayout.right("own", 4) + TextLayout.right("other", 7) + TextLayout.right("assumed", 9)
      + "  machine"
    var lines = [header]
    for profile in profiles {
      let grades = profile.components.compactMap { profile[$0]?.source.grade }
      let assumed = grades.filter { $0 == .assumed }.count
      let borrowed = grades.filter { isBorrowed($0, in: profile) }.count
      let start =
        TextLayout.column(profile.name, 18)
        + TextLayout.column(profile.architecture.rawValue, 9)
        + TextLayout.right("\(grades.count - assumed - borrowed)", 4)
        + TextLayout.right("\(borrowed)", 7) + TextLayout.right("\(assumed)", 9) + "  "
      let machine = TextLayout.wrap(profile.machine, width: TextLayout.width - start.count)
      lines.append(start + (machine.first ?? ""))
      lines += machine.dropFirst().map { String(repeating: " ", count: start.count) + $0 }
    }
    lines += [""]
    lines += TextLayout.wrap(
      "Own prices rest on the machine's own figures, or on those of the source texts that a textbook"
        + " profile stands for; other ones on another machine's; assumed ones on nobody's.",
      width: TextLayout.width)
    return lines.joined(separator: "\n") + "\n"
  }

  /// Whether a price stems from elsewhere than the profile's own source.
  private static func isBorrowed(_ grade: Grade, in profile: CostProfile) -> Bool {
    let isTextbook = profile.name.hasPrefix("textbook-")
    return grade == .borrowed || (grade == .textbook && !isTextbook)
  }

  // MARK: One

  static func text(_ profile: CostProfile) -> String {
    var lines = TextLayout.wrap(
      "\(profile.name): \(profile.machine), \(profile.architecture.rawValue)"
        + (profile.clockHertz.map { ", \(clock($0))" } ?? ""), width: TextLayout.width)
    lines += [
      "",
      TextLayout.column("component", 21) + TextLayout.right("likely", 9)
        + TextLayout.right("low", 10) + TextLayout.right("high", 10)
        + "  " + TextLayout.column("grade", 11) + "row",
    ]
    for component in profile.components {
      guard let price = profile[component] else { continue }
      let hasRange = price.low != price.high
      lines.append(
        TextLayout.column(component.name, 21)
          + TextLayout.right(CostText.time(price.likely), 9)
          + TextLayout.right(hasRange ? CostText.time(price.low) : "", 10)
          + TextLayout.right(hasRange ? CostText.time(price.high) : "", 10)
          + "  " + TextLayout.column(price.source.grade.rawValue, 11) + (price.source.row ?? "-"))
    }
    lines.append("")
    lines += TextLayout.definitions(
      profile.components.compactMap { component in
        guard let note = profile[component]?.source.note, !note.isEmpty else { return nil }
        return (component.name, note)
      })
    return lines.joined(separator: "\n") + "\n"
  }

  private static func clock(_ hertz: UInt64) -> String {
    CostText.decimal(UInt128(hertz), over: 1_000_000_000, 2) + " GHz"
  }

  // MARK: Several

  static func comparison(_ profiles: [CostProfile]) -> String {
    let width = (TextLayout.width - 20) / profiles.count
    var lines = header(profiles, width)
    for component in Component.allCases {
      let prices = profiles.map { $0[component] }
      guard prices.contains(where: { $0 != nil }) else { continue }
      var line = TextLayout.column(component.name, 20)
      for price in prices {
        let text = price.map { CostText.time($0.likely) + mark($0.source.grade) } ?? "- "
        line += TextLayout.right(text, width)
      }
      lines.append(trimmed(line))
    }
    lines.append("")
    lines += TextLayout.wrap(
      "Likely prices, of a byte or of one event. “'” is borrowed from another machine or a source"
        + " text, “?” is assumed.", width: TextLayout.width)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The names over their columns, on two lines each if they must be.
  private static func header(_ profiles: [CostProfile], _ width: Int) -> [String] {
    var names = profiles.map { [$0.name] }
    for (place, name) in profiles.map(\.name).enumerated() where name.count > width - 2 {
      let parts = name.split(separator: "-", maxSplits: 1).map(String.init)
      names[place] = parts.count == 2 ? ["\(parts[0])-", parts[1]] : [name]
    }
    let rows = names.map(\.count).max() ?? 1
    return (0..<rows).map { row in
      let start = TextLayout.column(row == rows - 1 ? "component" : "", 20)
      let line = names.reduce(start) { line, parts in
        let place = row - (rows - parts.count)
        let text = place >= 0 ? String(parts[place].suffix(width - 2)) : ""
        return line + TextLayout.right(text + " ", width)
      }
      return trimmed(line)
    }
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }

  private static func mark(_ grade: Grade) -> String {
    switch grade {
    case .assumed: "?"
    case .borrowed, .textbook: "'"
    default: " "
    }
  }
}
