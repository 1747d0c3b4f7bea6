import Records

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
    .positional("SHELL", \.shell, "The shell")
  ]

  func problems() -> [String] {
    shell == nil ? ["The name of a shell is missing: \(Spelling.list(Shell.choices))."] : []
  }

  func run() throws(CommandFailure) -> ExitStatus {
    guard let shell else { return .badInput }
    return Program.show(shell.completions(of: Program.commands))
  }
}
