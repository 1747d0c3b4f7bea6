/// The help of a program and of its commands, made from their declarations.
package enum HelpPage {
  /// The help of one command.
  package static func text<Root: Command>(
    of _: Root.Type, in program: any CommandProgram.Type
  ) -> String {
    let declarations = Root.declarations
    var lines = TextLayout.wrap(
      "\(program.name) \(Root.name): \(Root.summary)", width: TextLayout.width)
    lines += ["", "Usage: \(usage(of: Root.self, in: program))"]
    for paragraph in Root.discussion {
      lines.append("")
      lines += TextLayout.wrap(paragraph, width: TextLayout.width)
    }
    let positionals = declarations.filter { $0.form == .positional }
    if !positionals.isEmpty {
      lines += ["", "Arguments:"]
      lines += TextLayout.definitions(positionals.map { ($0.spelling, $0.fullHelp) })
    }
    let options = declarations.filter { $0.form != .positional } + [.help]
    lines += ["", "Options:"]
    lines += TextLayout.definitions(options.map { ($0.spelling, $0.fullHelp) })
    lines += ["", Root.examples.count == 1 ? "Example:" : "Examples:"]
    for example in Root.examples { lines += text(of: example) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// How a command is written.
  package static func usage<Root: Command>(
    of _: Root.Type, in program: any CommandProgram.Type
  ) -> String {
    var usage = "\(program.name) \(Root.name) [OPTIONS]"
    for declaration in Root.declarations where declaration.form == .positional {
      let value = declaration.value + (declaration.isRepeatable ? "..." : "")
      usage += declaration.isRequired ? " \(value)" : " [\(value)]"
    }
    return usage
  }

  /// The help of the program.
  package static func text(of program: any CommandProgram.Type) -> String {
    var lines = TextLayout.wrap("\(program.name): \(program.summary)", width: TextLayout.width)
    lines += ["", "Usage: \(program.name) COMMAND [OPTIONS] [ARGUMENTS]", "", "Commands:"]
    lines += TextLayout.definitions(program.commands.map { ($0.name, $0.summary) })
    lines += ["", "Options:"]
    lines += TextLayout.definitions([
      ("--help", "Show this help, or with a command that command's, and stop"),
      ("--version", "Show the version and stop"),
    ])
    lines += ["", "Example:"] + text(of: program.example)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func text(of example: CommandExample) -> [String] {
    ["  \(example.line)"]
      + TextLayout.wrap(example.purpose, width: TextLayout.width - 6).map { "      \($0)" }
  }
}
