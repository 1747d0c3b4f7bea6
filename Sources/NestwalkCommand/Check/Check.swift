import Console
import Scenarios

/// `nestwalk check`: says of each file what it is, or everything that is wrong with it.
struct Check: Command {
  var files: [FilePath] = []
  var overrides: [OverrideArgument] = []

  static let name = "check"
  static let summary = "check the files you write, and tell everything that is wrong"
  static let discussion = [
    "Says on standard output what each sound file is, and on standard error everything that is wrong"
      + " with the others, as FILE:LINE:COLUMN: what was found; what would be right. The exit status is 2"
      + " where there is anything wrong.",
    "What a file is, its key says: \(kinds).",
  ]
  private static var kinds: String {
    DocumentKindDeclaration.all.map { kind in
      "“\(kind.key)\(kind.word.map { ": \($0)" } ?? "")”, \(kind.noun)"
    }.joined(separator: "; ")
  }
  static let examples = [
    CommandExample("nestwalk check mine.yaml", "Says whether mine.yaml can be used."),
    CommandExample(
      "nestwalk check --set components.exit.likely=1.1us mine.yaml",
      "Says whether it can be used with another price."),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("FILE", \.files, "The files; “-” is standard input"),
    .option(
      "set", \.overrides, value: "PATH=VALUE",
      "Give a field another value, such as components.exit.likely=1us"),
  ]

  func problems() -> [String] {
    files.isEmpty ? ["FILE is missing: name at least one."] : []
  }

  func run() throws(CommandFailure) -> ExitStatus {
    var sound: [String] = []
    var wrong: [String] = []
    for path in files {
      let file: DocumentFile
      do throws(CommandFailure) {
        file = try DocumentFile(path)
      } catch {
        wrong.append(error.message)
        continue
      }
      let (kind, log) = DocumentKindDeclaration.check(
        file.text, file: file.name, among: DocumentKindDeclaration.all,
        overrides: overrides.map(\.override))
      if let kind, log.count == 0 {
        sound.append("\(file.name): \(kind.noun)\n")
      } else {
        wrong += log.lines
      }
    }
    let status = Program.show(sound.joined())
    guard !wrong.isEmpty else { return status }
    do throws(SystemError) {
      // Without the program's name in front, so that editors find the places.
      var errors = OutputStream(.standardError())
      try errors.write(wrong.map { "\($0)\n" }.joined())
      try errors.flush()
    } catch {
      throw CommandFailure(.failed, error.description)
    }
    return .badInput
  }
}
