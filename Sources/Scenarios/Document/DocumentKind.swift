/// A kind of file: the key that tells it from other kinds, and the form of the whole.
public struct DocumentKind<Value>: Sendable {
  /// What a sentence calls it, with its article: `a cost profile`.
  public let noun: String
  /// The key that every file of the kind has at its top, and that says which kind it is.
  public let key: String
  /// What stands behind the key, where several kinds of file have it.
  public let word: String?
  /// The form of the mapping at its top.
  public let form: ValueForm<Value>

  /// A kind of file.
  public init(_ noun: String, key: String, word: String? = nil, form: ValueForm<Value>) {
    self.noun = noun
    self.key = key
    self.word = word
    self.form = form
  }

  /// The kind without the type of its value, to tell files of several kinds apart.
  public var declaration: DocumentKindDeclaration {
    DocumentKindDeclaration(noun: noun, key: key, word: word, schema: form.schema) {
      [form] node, log in
      _ = form.decode(node, "file", log)
    }
  }

  /// The value of a file's text with overrides, or everything that is wrong with it.
  public func read(
    _ text: [UInt8], file: String, overrides: [NodeOverride] = [],
    limits: NodeLimits = NodeLimits()
  ) throws(DocumentError) -> Value {
    let log = DocumentLog(file: file)
    var root = NodeReader.read(text, limits: limits, into: log)
    for override in overrides { root?.apply(override, log) }
    guard let root, DocumentKindDeclaration.find(root, among: [declaration], log) != nil,
      let value = form.decode(root, "file", log), log.count == 0
    else { throw DocumentError(lines: log.lines, diagnostics: log.diagnostics) }
    return value
  }
}
