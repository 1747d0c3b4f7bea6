import Console

/// `nestwalk manual`: the manual page.
struct Manual: Command {
  static let name = "manual"
  static let summary = "print the manual page"
  static let examples = [
    CommandExample(
      "nestwalk manual > nestwalk.1", "Makes the page that “man ./nestwalk.1” shows.")
  ]
  static let parameters: [Parameter<Self>] = []

  func run() throws(CommandFailure) -> ExitStatus {
    Program.show(ManualPage.text(of: Program.commands, version: Program.version))
  }
}
