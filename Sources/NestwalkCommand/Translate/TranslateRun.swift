import Console
import Paging
import Records

/// One run of `nestwalk translate`: lines in, answers and diagnostics out.
struct TranslateRun: ~Copyable {
  private var source: LineSource
  private var session: TranslateSession
  private var answers = OutputStream(.standardOutput())
  private var diagnostics = OutputStream(.standardError())
  private var writer = JSONWriter()
  private var line = 0
  private var status = ExitStatus.success

  init(_ file: consuming File, memory: consuming PhysicalMemory, explain: Int?) {
    source = LineSource(file)
    session = TranslateSession(memory: memory)
    session.explainedLine = explain
  }

  /// Answers all lines, even if nobody reads the answers any more: the memory may be wanted.
  mutating func answerAll(evenUnread: Bool) throws(SystemError) -> ExitStatus {
    while !answers.isClosed || evenUnread {
      switch source.next() {
      case .line(let range):
        line += 1
        try answer(range)
      case .tooLong:
        line += 1
        try refuse("The line is longer than \(LineSource.longestLine) bytes.")
      case .exhausted:
        // Before the input may make us wait, whoever writes it gets all answers so far.
        try flush()
        try source.refill()
      case .end:
        try explainNothing()
        try flush()
        return status
      }
    }
    return status
  }

  /// Saves a region of the memory.
  mutating func save(region: Int, to path: String) throws(SystemError) {
    try OutputFile.write(path) { (file) throws(SystemError) in
      try unsafe session.memory.withBytes(ofRegion: region) { (bytes) throws(SystemError) in
        try unsafe file.put(UnsafeRawBufferPointer(bytes).bytes)
      }
    }
  }

  private mutating func answer(_ range: Range<Int>) throws(SystemError) {
    let reply = session.answer(source.bytes, in: range, line: line, to: &writer)
    if reply == .refused {
      status = .badInput
      for diagnostic in session.diagnostics {
        try diagnostics.write("\(source.name):\(diagnostic)\n")
      }
    }
    if line == session.explainedLine { try explain() }
    if writer.bytes.count > 1 << 16 { try writeAnswers() }
  }

  private mutating func refuse(_ message: String) throws(SystemError) {
    status = .badInput
    writer.beginObject()
    writer.key("error")
    writer.value(message)
    writer.endObject()
    writer.endLine()
    try diagnostics.write("\(source.name):\(line):1: \(message)\n")
  }

  private mutating func explain() throws(SystemError) {
    if let walk = session.explained {
      try diagnostics.write("Line \(line), \(WalkText.text(walk))")
    } else {
      try diagnostics.write("Line \(line) makes no access: there is no walk to explain.\n")
    }
  }

  private mutating func explainNothing() throws(SystemError) {
    guard let wanted = session.explainedLine, wanted > line else { return }
    status = .badInput
    try diagnostics.write(
      "nestwalk translate: There is no line \(wanted) to explain: the input has \(line).\n")
  }

  private mutating func writeAnswers() throws(SystemError) {
    try answers.write(writer.bytes)
    writer.removeAll()
  }

  private mutating func flush() throws(SystemError) {
    try writeAnswers()
    try answers.flush()
    try diagnostics.flush()
  }
}
