import Console
import Glibc
import Synchronization

/// A line on a terminal that says how far work is, how fast it goes and how long it will take.
///
/// It comes after a second, without colours, and is gone before anything else is printed.
final class ProgressLine: Sendable {
  private struct State {
    var shown: ContinuousClock.Instant
    var width = 0
  }

  private let unit: String
  private let start: ContinuousClock.Instant
  private let state: Mutex<State>
  private static let pause = Duration.milliseconds(200)

  /// A line for units of work; nothing where standard error is no terminal, or one that can't
  /// write over a line.
  init?(_ unit: String) {
    guard isatty(2) == 1, Self.terminal != "dumb" else { return nil }
    self.unit = unit
    start = .now
    state = Mutex(State(shown: start + .milliseconds(800)))
  }

  private static var terminal: String? {
    unsafe getenv("TERM").map { unsafe String(cString: $0) }
  }

  /// Says how much of all is done.
  func report(_ done: Int, _ all: Int) {
    let now = ContinuousClock.now
    state.withLock { state in
      guard now - state.shown >= Self.pause else { return }
      state.shown = now
      let text = Self.text(done, of: all, unit, after: now - start)
      let blanks = String(repeating: " ", count: max(0, state.width - text.count))
      state.width = text.count
      Self.write("\r" + text + blanks)
    }
  }

  /// Takes the line away.
  func end() {
    state.withLock { state in
      guard state.width > 0 else { return }
      Self.write("\r" + String(repeating: " ", count: state.width) + "\r")
      state.width = 0
    }
  }

  private static func write(_ text: String) {
    var errors = OutputStream(.standardError())
    try? errors.write(text)
    try? errors.flush()
  }

  /// The line: `12 of 18 storms, 3.1 a second, 2 s left`.
  static func text(_ done: Int, of all: Int, _ unit: String, after time: Duration) -> String {
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    guard done > 0, seconds > 0 else { return "\(done) of \(all) \(unit)" }
    let rate = Double(done) / seconds
    let left = Int((Double(all - done) / rate).rounded(.up))
    let digits = rate >= 10 ? 0 : rate >= 1 ? 1 : 2
    return "\(done) of \(all) \(unit), \(TextLayout.decimal(rate, digits)) a second,"
      + " \(left >= 120 ? "\(left / 60) min" : "\(left) s") left"
  }
}
