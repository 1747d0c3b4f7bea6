/// A field that may be left out, and then has a value of its own.
public struct DefaultField<Value: Sendable>: Sendable {
  /// Its declaration.
  public let declaration: FieldDeclaration
  /// The value it has where it is left out.
  public let standard: Value
  let form: ValueForm<Value>

  /// A field with its key, the form of its value, the value without it, and what it is.
  public init(
    _ name: String, _ form: ValueForm<Value>, default standard: Value, _ summary: String
  ) {
    self.form = form
    self.standard = standard
    declaration = FieldDeclaration(
      name: name, summary: summary, isRequired: false, schema: form.schema)
  }
}
