/// A parameter of a command: how it is declared, and where its value goes.
package struct Parameter<Root: Command>: Sendable {
  package let declaration: ParameterDeclaration
  package let apply: @Sendable (inout Root, String) throws(ArgumentValueError) -> Void

  /// `--name`: sets a flag.
  package static func flag(
    _ name: String, _ path: any WritableKeyPath<Root, Bool> & Sendable, _ help: String
  ) -> Self {
    Self(declaration: ParameterDeclaration(.flag, name, help: help)) { root, _ in
      root[keyPath: path] = true
    }
  }

  /// `--name VALUE`: takes the place of a default.
  package static func option<Value: ArgumentValue>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, value: String,
    _ help: String
  ) -> Self {
    var declaration = ParameterDeclaration(.option, name, value: value, help: help)
    declaration.describe(Value.self, default: Root()[keyPath: path].argument)
    return Self(declaration: declaration) { (root, argument) throws(ArgumentValueError) in
      root[keyPath: path] = try Value(argument: argument)
    }
  }

  /// `--name VALUE`: absent unless it is given; `standard` says what then happens.
  package static func option<Value: ArgumentValue>(
    _ name: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, value: String,
    _ help: String, default standard: String? = nil
  ) -> Self {
    var declaration = ParameterDeclaration(.option, name, value: value, help: help)
    declaration.describe(Value.self, default: standard)
    return Self(declaration: declaration) { (root, argument) throws(ArgumentValueError) in
      root[keyPath: path] = try Value(argument: argument)
    }
  }

  /// `--name VALUE`, any number of times; some of all values are offered, where the command refuses the others.
  package static func option<Value: ArgumentValue>(
    _ name: String, _ path: any WritableKeyPath<Root, [Value]> & Sendable, value: String,
    _ help: String, offering offered: [Value]? = nil
  ) -> Self {
    var declaration = ParameterDeclaration(.option, name, value: value, help: help)
    declaration.describe(Value.self)
    if let offered { declaration.choices = offered.map(\.argument) }
    declaration.isRepeatable = true
    return Self(declaration: declaration) { (root, argument) throws(ArgumentValueError) in
      root[keyPath: path].append(try Value(argument: argument))
    }
  }

  /// An argument that is known by its place.
  package static func positional<Value: ArgumentValue>(
    _ name: String, _ path: any WritableKeyPath<Root, Value?> & Sendable, _ help: String,
    isRequired: Bool = false
  ) -> Self {
    var declaration = ParameterDeclaration(.positional, name, value: name, help: help)
    declaration.isRequired = isRequired
    declaration.describe(Value.self)
    return Self(declaration: declaration) { (root, argument) throws(ArgumentValueError) in
      root[keyPath: path] = try Value(argument: argument)
    }
  }

  /// Arguments that are known by their place: as many as there are.
  package static func positional<Value: ArgumentValue>(
    _ name: String, _ path: any WritableKeyPath<Root, [Value]> & Sendable, _ help: String,
    isRequired: Bool = false
  ) -> Self {
    var declaration = ParameterDeclaration(.positional, name, value: name, help: help)
    declaration.isRequired = isRequired
    declaration.isRepeatable = true
    declaration.describe(Value.self)
    return Self(declaration: declaration) { (root, argument) throws(ArgumentValueError) in
      root[keyPath: path].append(try Value(argument: argument))
    }
  }
}
