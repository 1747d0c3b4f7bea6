import Records

/// A value that can be written on the command line.
protocol ArgumentValue: Sendable {
  /// The value that an argument writes.
  init(argument: String) throws(ArgumentValueError)

  /// How the value would be written.
  var argument: String { get }

  /// All values there are, where they can be listed.
  static var choices: [String] { get }

  /// Whether the value is the name of a file, which a shell can complete.
  static var isFile: Bool { get }
}

extension ArgumentValue {
  static var choices: [String] { [] }
  static var isFile: Bool { false }
}

/// Why an argument is no value of the kind that was wanted, as the end of a sentence.
struct ArgumentValueError: Error, Equatable {
  let rule: String

  init(_ rule: String) { self.rule = rule }
}

extension ArgumentValue where Self: RawRepresentable<String> & CaseIterable {
  init(argument: String) throws(ArgumentValueError) {
    guard let value = Self(rawValue: argument) else {
      var rule = "it must be \(Spelling.list(Self.choices))"
      if let guess = Spelling.nearest(to: argument, among: Self.choices) {
        rule += "; is “\(guess)” meant?"
      }
      throw ArgumentValueError(rule)
    }
    self = value
  }

  var argument: String { rawValue }
  static var choices: [String] { allCases.map(\.rawValue) }
}

extension Int: ArgumentValue {
  init(argument: String) throws(ArgumentValueError) {
    guard let value = Int(argument, radix: 10) else {
      throw ArgumentValueError("it must be an integer")
    }
    self = value
  }

  var argument: String { String(self) }
}

/// The name of a file, or `-` for standard input or output.
struct FilePath: ArgumentValue, Hashable {
  let path: String

  init(_ path: String) { self.path = path }

  init(argument: String) throws(ArgumentValueError) {
    guard !argument.isEmpty else { throw ArgumentValueError("it must be the name of a file") }
    path = argument
  }

  /// Whether the standard input or output is meant.
  var isStandardStream: Bool { path == "-" }

  var argument: String { path }
  static var isFile: Bool { true }
}
