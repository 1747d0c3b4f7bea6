import Paging
import Records

/// `nestwalk walk`: one translation explained.
struct Walk: Command {
  var record: FilePath?
  var memory: [MemoryArgument] = []
  var line: Int?
  var json: FilePath?
  var svg: FilePath?

  static let name = "walk"
  static let summary = "explain one translation, read by read"
  static let examples = [
    CommandExample(
      "nestwalk walk --record accesses.ndjson --line 7 --memory guest.img@0x80000000",
      "Explains the access of line 7, after those of the lines before it.")
  ]
  static let parameters: [Parameter<Self>] = [
    .option(
      "record", \.record, value: "FILE",
      "Explain a line of translate's input; “-” is standard input"),
    .option(
      "memory", \.memory, value: "FILE@BASE",
      "Place the bytes of FILE at the host-physical address BASE, for --record"),
    .option(
      "line", \.line, value: "N",
      "The line of --record to explain; the lines before it are carried out (default: the last)"),
    .option("json", \.json, value: "FILE", "Write the walk as JSON; “-” is standard output"),
    .option("svg", \.svg, value: "FILE", "Draw the walk as SVG; “-” is standard output"),
  ]

  func problems() -> [String] {
    var problems: [String] = []
    if record == nil { problems.append("“--record” is missing.") }
    if record == nil, !memory.isEmpty { problems.append("“--memory” needs “--record”.") }
    if record == nil, line != nil { problems.append("“--line” needs “--record”.") }
    if let line, line < 1 { problems.append("“--line” is \(line): lines are counted from 1.") }
    if json?.isStandardStream == true, svg?.isStandardStream == true {
      problems.append("“--json” and “--svg” can't both be “-”.")
    }
    return problems
  }

  func run() throws(CommandFailure) -> ExitStatus {
    let explained = try walk()
    let outputs = [
      (json, { Self.json(explained) }), (svg, { Array(WalkDrawing.svg(explained).utf8) }),
    ]
    var text = WalkText.text(explained)
    for (file, bytes) in outputs {
      guard let file else { continue }
      if file.isStandardStream {
        text = String(decoding: bytes(), as: UTF8.self)
      } else {
        do throws(SystemError) {
          try OutputFile.write(file.path, bytes: bytes())
        } catch {
          throw CommandFailure(.failed, error.description)
        }
      }
    }
    return Program.show(text)
  }

  private static func json(_ walk: ExplainedWalk) -> [UInt8] {
    var writer = JSONWriter(.indented)
    writer.value(walk)
    writer.endLine()
    return writer.bytes
  }

  private func walk() throws(CommandFailure) -> ExplainedWalk {
    var memory = PhysicalMemory()
    for argument in self.memory { try argument.load(into: &memory) }
    let record = record ?? FilePath("-")
    var run: RecordedWalk
    do throws(SystemError) {
      let file = try record.isStandardStream ? File.standardInput() : File.reading(record.path)
      run = RecordedWalk(file, memory: memory, line: line)
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
    return try run.explain()
  }
}
