internal import Records
internal import Simulation
package import Studies

/// What becomes of a storm with each combination of some fields' values.
package struct SweepReport: Sendable {
  /// One combination.
  package struct Row: Sendable {
    /// The values, in the order of the fields.
    package let values: [String]
    /// What is wanted of it.
    package let target: StormTarget
    /// Its figures, or why there are none.
    package let figures: Result<StormFigures, StormError>

    /// A combination with its figures.
    package init(
      values: [String], target: StormTarget, figures: Result<StormFigures, StormError>
    ) {
      self.values = values
      self.target = target
      self.figures = figures
    }

    /// Whether what is wanted is there.
    var isMet: Bool { (try? figures.get())?.misses.isEmpty ?? false }
  }

  /// What it is about, in a line.
  package let title: String
  /// The fields: `policy.batch`.
  package let fields: [String]
  /// The combinations, in the order of the file.
  package let rows: [Row]
  /// The text that it was read from.
  package let source: String

  /// The report of a sweep.
  package init(_ title: String, _ fields: [String], _ rows: [Row], source: String = "") {
    self.title = title
    self.fields = fields
    self.rows = rows
    self.source = source
  }

  /// Whether anything is wanted of any combination.
  package var hasTarget: Bool {
    rows.contains { $0.target.ready != nil || $0.target.memoryBytes != nil }
  }

  /// How many combinations have what is wanted.
  package var met: Int { rows.count(where: \.isMet) }

  /// The answer in a sentence or two.
  package var answer: String {
    let figures = rows.enumerated().compactMap { place, row in
      (try? row.figures.get()).map { (place: place, figures: $0) }
    }
    let count = rows.count == 1 ? "One storm" : "\(rows.count) storms"
    guard let first = figures.min(by: { $0.figures.allReady < $1.figures.allReady }),
      let last = figures.max(by: { $0.figures.allReady < $1.figures.allReady })
    else { return "\(count), and the host can hold the machines in none of them." }
    var text = "\(count): all machines are ready first with \(name(first.place)), after"
    text += " \(Self.time(first.figures.allReady))"
    if last.figures.allReady > first.figures.allReady {
      text += ", and last with \(name(last.place)), after \(Self.time(last.figures.allReady))"
    }
    text += "."
    if figures.count < rows.count {
      text += " The host can't hold the machines in \(rows.count - figures.count) of them."
    }
    if hasTarget { text += " The target is met by \(met) of \(rows.count)." }
    return text
  }

  /// A combination in a line: `policy.batch=8 seed=3`.
  private func name(_ place: Int) -> String {
    zip(fields, rows[place].values).map { "\($0)=\($1)" }.joined(separator: " ")
  }

  static func time(_ duration: VirtualDuration) -> String {
    Measure.time.text(Double(duration.picoseconds) / 1000)
  }

  static func time(_ total: TotalTime) -> String {
    Measure.time.text(Double(total.picoseconds) / 1000)
  }

  /// Why a combination has no figures, in a few words.
  static func reason(_ error: StormError) -> String {
    guard case .outOfMemory(_, let needed, _) = error else { return error.description }
    return "needs \(StormReport.bytes(needed)), more than the host has"
  }
}
