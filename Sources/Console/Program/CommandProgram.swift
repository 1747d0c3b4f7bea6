#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

import Records

/// A program: it finds the command that the first argument names, and says what is wrong.
package protocol CommandProgram: Sendable {
  /// What the program is called on the command line.
  static var name: String { get }
  /// What the program does, as a phrase that follows its name.
  static var summary: String { get }
  /// The number of the release.
  static var version: String { get }
  /// The commands in the order of the help.
  static var commands: [any Command.Type] { get }
  /// A first command line to try.
  static var example: CommandExample { get }
}

extension CommandProgram {
  /// Does what the arguments of the process ask for, and ends it.
  package static func main() {
    // A reader that goes away is found out by the write.
    _ = signal(SIGPIPE, SIG_IGN)
    exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  private static func run(_ arguments: [String]) -> ExitStatus {
    guard let first = arguments.first else {
      complain(name, [], help: HelpPage.text(of: Self.self))
      return .badInput
    }
    switch first {
    case "--help", "-h": return show(HelpPage.text(of: Self.self))
    case "--version": return show("\(name) \(version)\n")
    case "help":
      guard arguments.count > 1 else { return show(HelpPage.text(of: Self.self)) }
      return run(named: arguments[1], ["--help"])
    default: return run(named: first, Array(arguments.dropFirst()))
    }
  }

  private static func run(named wanted: String, _ arguments: [String]) -> ExitStatus {
    guard let command = commands.first(where: { $0.name == wanted }) else {
      let kind = wanted.hasPrefix("-") ? "option" : "command"
      var problem = "There is no \(kind) “\(wanted)”."
      let known = wanted.hasPrefix("-") ? ["--help", "--version"] : commands.map { $0.name }
      if let guess = Spelling.nearest(to: wanted, among: known) {
        problem += " Is “\(guess)” meant?"
      }
      complain(name, [problem], see: "\(name) --help")
      return .badInput
    }
    return run(command, arguments)
  }

  private static func run<Root: Command>(_: Root.Type, _ arguments: [String]) -> ExitStatus {
    switch ArgumentParser<Root>.parse(arguments) {
    case .help: return show(HelpPage.text(of: Root.self, in: Self.self))
    case .wrong(let problems):
      complain("\(name) \(Root.name)", problems, see: "\(name) \(Root.name) --help")
      return .badInput
    case .run(let command):
      do throws(CommandFailure) {
        return try command.run()
      } catch {
        complain("\(name) \(Root.name)", [error.message])
        return error.status
      }
    }
  }

  /// Writes text to standard output.
  package static func show(_ text: String) -> ExitStatus {
    var output = OutputStream(.standardOutput())
    do throws(SystemError) {
      try output.write(text)
      try output.flush()
      return .success
    } catch {
      complain(name, [error.description])
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
