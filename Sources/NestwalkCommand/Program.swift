#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

import Records

/// The program: it finds the command that the first argument names.
@main
struct Program {
  static let version = "0.1.0"

  /// The commands in the order of the help.
  static let commands: [any Command.Type] = [
    Walk.self, Translate.self, TLB.self, Completions.self, Manual.self,
  ]

  static func main() {
    // A reader that goes away is found out by the write.
    _ = signal(SIGPIPE, SIG_IGN)
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitStatus {
    guard let first = arguments.first else {
      complain("nestwalk", [], help: HelpPage.text(of: commands))
      return .badInput
    }
    switch first {
    case "--help", "-h": return show(HelpPage.text(of: commands))
    case "--version": return show("nestwalk \(version)\n")
    case "help":
      guard arguments.count > 1 else { return show(HelpPage.text(of: commands)) }
      return run(named: arguments[1], ["--help"])
    default: return run(named: first, Array(arguments.dropFirst()))
    }
  }

  private static func run(named name: String, _ arguments: [String]) -> ExitStatus {
    guard let command = commands.first(where: { $0.name == name }) else {
      let kind = name.hasPrefix("-") ? "option" : "command"
      var problem = "There is no \(kind) “\(name)”."
      let known = name.hasPrefix("-") ? ["--help", "--version"] : commands.map { $0.name }
      if let guess = Spelling.nearest(to: name, among: known) {
        problem += " Is “\(guess)” meant?"
      }
      complain("nestwalk", [problem], see: "nestwalk --help")
      return .badInput
    }
    return run(command, arguments)
  }

  private static func run<Root: Command>(_: Root.Type, _ arguments: [String]) -> ExitStatus {
    switch ArgumentParser<Root>.parse(arguments) {
    case .help: return show(HelpPage.text(of: Root.self))
    case .wrong(let problems):
      complain("nestwalk \(Root.name)", problems, see: "nestwalk \(Root.name) --help")
      return .badInput
    case .run(let command):
      do throws(CommandFailure) {
        return try command.run()
      } catch {
        complain("nestwalk \(Root.name)", [error.message])
        return error.status
      }
    }
  }

  /// Writes text to standard output.
  static func show(_ text: String) -> ExitStatus {
    var output = OutputStream(.standardOutput())
    do throws(SystemError) {
      try output.write(text)
      try output.flush()
      return .success
    } catch {
      complain("nestwalk", [error.description])
      return .failed
    }
  }

  /// Writes what is wrong to standard error.
  private static func complain(
    _ who: String, _ problems: [String], see: String? = nil, help: String = ""
  ) {
    var text = problems.map { "\(who): \($0)\n" }.joined() + help
    if let see { text += "See “\(see)”.\n" }
    var output = OutputStream(.standardError())
    // There is nobody left to tell if this fails.
    try? output.write(text)
    try? output.flush()
  }
}
