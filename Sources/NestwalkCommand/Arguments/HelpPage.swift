/// The help of the program and of its commands, made from their declarations.
enum HelpPage {
  /// The help of one command.
  static func text<Root: Command>(of _: Root.Type) -> String {
    let declarations = Root.declarations
    var lines = TextLayout.wrap(
      "nestwalk \(Root.name): \(Root.summary)", width: TextLayout.width)
    lines += ["", "Usage: \(usage(of: Root.self))"]
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
    for example in Root.examples {
      lines.append("  \(example.line)")
      lines += TextLayout.wrap(example.purpose, width: TextLayout.width - 6).map { "      \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// How a command is written.
  static func usage<Root: Command>(of _: Root.Type) -> String {
    var usage = "nestwalk \(Root.name) [OPTIONS]"
    for declaration in Root.declarations where declaration.form == .positional {
      let value = declaration.value + (declaration.isRepeatable ? "..." : "")
      usage += declaration.isRequired ? " \(value)" : " [\(value)]"
    }
    return usage
  }

  /// The help of the program.
  static func text(of commands: [any Command.Type]) -> String {
    var lines = [
      "nestwalk: two-stage address translation, as the hardware does it", "",
      "Usage: nestwalk COMMAND [OPTIONS] [ARGUMENTS]", "", "Commands:",
    ]
    lines += TextLayout.definitions(commands.map { ($0.name, $0.summary) })
    lines += ["", "Options:"]
    lines += TextLayout.definitions([
      ("--help", "Show this help, or with a command that command's, and stop"),
      ("--version", "Show the version and stop"),
    ])
    lines += ["", "Example:", "  nestwalk walk --guest sv39 --host sv39x4"]
    lines += ["      Shows every table read of one nested translation."]
    return lines.joined(separator: "\n") + "\n"
  }
}
