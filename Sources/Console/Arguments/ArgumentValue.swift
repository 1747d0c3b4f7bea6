import Records

/// A value that can be written on the command line.
package protocol ArgumentValue: Sendable {
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
  package static var choices: [String] { [] }
  package static var isFile: Bool { false }
}

/// Why an argument is no value of the kind that was wanted, as the end of a sentence.
package struct ArgumentValueError: Error, Equatable {
  package let rule: String

  package init(_ rule: String) { self.rule = rule }
}

extension ArgumentValue where Self: RawRepresentable<String> & CaseIterable {
  package init(argument: String) throws(ArgumentValueError) {
    guard let value = Self(rawValue: argument) else {
      var rule = "it must be \(Spelling.list(Self.choices))"
      if let guess = Spelling.nearest(to: argument, among: Self.choices) {
        rule += "; is “\(guess)” meant?"
      }
      throw ArgumentValueError(rule)
    }
    self = value
  }

  package var argument: String { rawValue }
  package static var choices: [String] { allCases.map(\.rawValue) }
}

extension Int: ArgumentValue {
  package init(argument: String) throws(ArgumentValueError) {
    guard let value = Int(argument, radix: 10) else {
      throw ArgumentValueError("it must be an integer")
    }
    self = value
  }

  package var argument: String { String(self) }
}

extension String: ArgumentValue {
  package init(argument: String) throws(ArgumentValueError) { self = argument }

  package var argument: String { self }
}

/// The name of a file, or `-` for standard input or output.
package struct FilePath: ArgumentValue, Hashable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package init(argument: String) throws(ArgumentValueError) {
    guard !argument.isEmpty else { throw ArgumentValueError("it must be the name of a file") }
    path = argument
  }

  /// Whether the standard input or output is meant.
  package var isStandardStream: Bool { path == "-" }

  package var argument: String { path }
  package static var isFile: Bool { true }
}
