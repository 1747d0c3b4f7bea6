import Console

/// `nestwalk completions`: what a shell needs to complete the command's arguments.
struct Completions: Command {
  var shell: Shell?

  static let name = "completions"
  static let summary = "print the completions for a shell"
  static let examples = [
    CommandExample(
      "nestwalk completions bash > /etc/bash_completion.d/nestwalk",
      "Lets bash complete commands, options and their values.")
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("SHELL", \.shell, "The shell", isRequired: true)
  ]

  func run() throws(CommandFailure) -> ExitStatus {
    // The parser has seen to it that there is one.
    guard let shell else { return .badInput }
    return Program.show(shell.completions(of: Program.commands))
  }
}
