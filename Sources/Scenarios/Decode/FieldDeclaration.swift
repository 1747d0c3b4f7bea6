/// What is known of a field without its type: what a sentence or a schema tells of it.
public struct FieldDeclaration: Sendable, Hashable {
  /// Its key.
  public let name: String
  /// What it is, as it follows “it is”: `the memory of the host`.
  public let summary: String
  /// Whether it must be there.
  public let isRequired: Bool
  /// The values it takes.
  public let schema: ValueSchema
}
