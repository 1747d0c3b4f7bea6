/// What is said of a parameter: everything that help, manual and completions are made from.
package struct ParameterDeclaration: Sendable, Hashable {
  package enum Form: Sendable, Hashable {
    case flag
    case option
    case positional
  }

  package let form: Form
  /// The name without dashes; for a positional argument the one it has in the usage.
  package let name: String
  /// What the value is called; empty for a flag.
  package let value: String
  package let help: String
  package var isRepeatable = false
  /// Whether the command can't do without it.
  package var isRequired = false
  package var choices: [String] = []
  package var isFile = false
  /// The default as it would be written, where there is one.
  package var defaultValue: String?

  package init(_ form: Form, _ name: String, value: String = "", help: String) {
    self.form = form
    self.name = name
    self.value = value
    self.help = help
  }

  package mutating func describe<Value: ArgumentValue>(_: Value.Type, default: String? = nil) {
    choices = Value.choices
    isFile = Value.isFile
    defaultValue = `default`
  }

  /// How the parameter is written.
  package var spelling: String {
    switch form {
    case .flag: "--\(name)"
    case .option: "--\(name) \(value)"
    case .positional: value
    }
  }

  /// The help with what the declaration itself tells.
  package var fullHelp: String {
    var text = help
    // A help that explains the choices has named them.
    if !choices.allSatisfy({ help.contains($0) }) {
      text += ": " + choices.joined(separator: ", ")
    }
    if let defaultValue { text += " (default: \(defaultValue))" }
    if isRepeatable { text += "; may be given several times" }
    return text
  }

  /// The options that every command has.
  package static let help = Self(.flag, "help", help: "Show this help and stop")
}
