/// A subcommand: a struct whose fields hold the defaults until arguments take their place.
package protocol Command: Sendable {
  /// The name on the command line.
  static var name: String { get }
  /// What the command does, as a phrase that follows its name.
  static var summary: String { get }
  /// What its user has to know beyond the parameters, in paragraphs.
  static var discussion: [String] { get }
  /// How it is used.
  static var examples: [CommandExample] { get }
  /// Its parameters, in the order of the help.
  static var parameters: [Parameter<Self>] { get }

  /// The command with its defaults.
  init()

  /// What is wrong with the arguments taken together, each as a sentence.
  func problems() -> [String]

  /// Does the work.
  func run() throws(CommandFailure) -> ExitStatus
}

extension Command {
  package static var discussion: [String] { [] }
  package static var declarations: [ParameterDeclaration] { parameters.map(\.declaration) }
  package func problems() -> [String] { [] }
}

/// A command line that is worth showing, and what it does.
package struct CommandExample: Sendable, Hashable {
  package let line: String
  package let purpose: String

  package init(_ line: String, _ purpose: String) {
    self.line = line
    self.purpose = purpose
  }
}

/// The exit statuses of the command.
package enum ExitStatus: Int32, Sendable {
  case success = 0
  case failed = 1
  case badInput = 2
  /// The run went well, and what was wanted of it did not come out.
  case targetMissed = 3
}

/// Why a command had to stop: a sentence, and the exit status.
package struct CommandFailure: Error, Equatable {
  package let status: ExitStatus
  package let message: String

  package init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }
}
