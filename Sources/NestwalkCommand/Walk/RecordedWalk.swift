import Console
import Paging
import Records

/// A walk that a line of translate's input asks for, after the lines before it.
struct RecordedWalk: ~Copyable {
  private var source: LineSource
  private var session: TranslateSession
  /// The line to explain; nothing for the last access.
  private let wanted: Int?
  private var line = 0

  init(_ file: consuming File, memory: consuming PhysicalMemory, line: Int?) {
    source = LineSource(file)
    session = TranslateSession(memory: memory)
    wanted = line
  }

  /// Carries the lines out and gives the walk of the wanted one.
  mutating func explain() throws(CommandFailure) -> ExplainedWalk {
    var writer = JSONWriter()
    reading: while wanted.map({ line < $0 }) ?? true {
      switch source.next() {
      case .line(let range):
        line += 1
        session.explainedLine = wanted ?? line
        if session.answer(source.bytes, in: range, line: line, to: &writer) == .refused {
          // A walk that leaves the memory has a picture all the same.
          if let explained = session.explained, explained.leavesMemory { return explained }
          throw refusal()
        }
        writer.removeAll()
      case .tooLong:
        throw CommandFailure(.badInput, "\(source.name): line \(line + 1) is too long.")
      case .exhausted:
        do throws(SystemError) {
          try source.refill()
        } catch {
          throw CommandFailure(.badInput, error.description)
        }
      case .end: break reading
      }
    }
    if let explained = session.explained { return explained }
    guard let wanted else {
      throw CommandFailure(.badInput, "\(source.name): no line has an address.")
    }
    throw CommandFailure(
      .badInput,
      line < wanted
        ? "\(source.name) has no line \(wanted): it has \(line)."
        : "\(source.name): line \(wanted) has no address.")
  }

  private func refusal() -> CommandFailure {
    CommandFailure(
      .badInput, session.diagnostics.map { "\(source.name):\($0)" }.joined(separator: "\n"))
  }
}
