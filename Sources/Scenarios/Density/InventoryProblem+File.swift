internal import Quantities
public import Studies

/// How a problem of an inventory is written.
extension InventoryProblem: MappingDecodable {
  private static let subjectField = RequiredField(
    "subject", ValueForm<String>.text, "the host, virtual machine or file that it is about")
  private static let sentenceField = RequiredField(
    "sentence", ValueForm<String>.text, "what is wrong")

  /// What such a mapping is.
  public static var noun: String { "a problem of an inventory" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      subjectField.declaration, sentenceField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    let subject = mapping.value(of: Self.subjectField)
    let sentence = mapping.value(of: Self.sentenceField)
    guard mapping.isSound, let subject, let sentence else { return nil }
    self.init(subject, sentence)
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("subject", .text(subject))
    list.add("sentence", .text(sentence))
    return list.node
  }
}
