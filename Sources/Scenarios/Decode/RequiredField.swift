/// A field that must be there.
public struct RequiredField<Value>: Sendable {
  /// Its declaration.
  public let declaration: FieldDeclaration
  let form: ValueForm<Value>

  /// A field with its key, the form of its value, and what it is.
  public init(_ name: String, _ form: ValueForm<Value>, _ summary: String) {
    self.form = form
    declaration = FieldDeclaration(
      name: name, summary: summary, isRequired: true, schema: form.schema)
  }
}
