/// A progress line where there is a terminal to show it, and nothing elsewhere.
struct Progress: Sendable {
  private let line: ProgressLine?

  /// The progress of units of work.
  init(_ unit: String) { line = ProgressLine(unit) }

  /// Says how much of all is done.
  func report(_ done: Int, _ all: Int) { line?.report(done, all) }

  /// Takes the line away.
  func end() { line?.end() }
}
