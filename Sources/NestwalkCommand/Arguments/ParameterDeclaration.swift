/// What is said of a parameter: everything that help, manual and completions are made from.
struct ParameterDeclaration: Sendable, Hashable {
  enum Form: Sendable, Hashable {
    case flag
    case option
    case positional
  }

  let form: Form
  /// The name without dashes; for a positional argument the one it has in the usage.
  let name: String
  /// What the value is called; empty for a flag.
  let value: String
  let help: String
  var isRepeatable = false
  /// Whether the command can't do without it.
  var isRequired = false
  var choices: [String] = []
  var isFile = false
  /// The default as it would be written, where there is one.
  var defaultValue: String?

  init(_ form: Form, _ name: String, value: String = "", help: String) {
    self.form = form
    self.name = name
    self.value = value
    self.help = help
  }

  mutating func describe<Value: ArgumentValue>(_: Value.Type, default: String? = nil) {
    choices = Value.choices
    isFile = Value.isFile
    defaultValue = `default`
  }

  /// How the parameter is written.
  var spelling: String {
    switch form {
    case .flag: "--\(name)"
    case .option: "--\(name) \(value)"
    case .positional: value
    }
  }

  /// The help with what the declaration itself tells.
  var fullHelp: String {
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
  static let help = Self(.flag, "help", help: "Show this help and stop")
}
