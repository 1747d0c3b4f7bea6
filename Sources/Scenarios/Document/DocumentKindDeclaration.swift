/// A kind of file without the type of its value.
public struct DocumentKindDeclaration: Sendable {
  /// What a sentence calls it, with its article.
  public let noun: String
  /// The key that says which kind a file is.
  public let key: String
  /// What stands behind the key, where several kinds of file have it.
  public let word: String?
  /// What a schema says of the kind.
  public let schema: ValueSchema
  /// Notes in the log everything that is wrong with a file's node.
  public let check: @Sendable (Node, DocumentLog) -> Void
}
