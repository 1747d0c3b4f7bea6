internal import Quantities
public import Studies

/// How a case of validation is written in a file.
extension ValidationCase: MappingDecodable {
  private static let idField = RequiredField("case", ValueForm<String>.text, "its id, such as V5")
  private static let titleField = RequiredField(
    "title", ValueForm<String>.text, "what was measured")
  private static let predictionsField = RequiredField(
    "predictions", ValueForm<[ValidationPrediction]>.list(of: .mapping(), count: 0...100),
    "the published numbers and what is played for each; none where “left-out” says why")
  private static let leftOutField = DefaultField(
    "left-out", ValueForm<[String]>.list(of: .text), default: [],
    "what of the measurement is not predicted, and why")

  /// A case as a file of its own.
  public static let document = DocumentKind<ValidationCase>(
    "a case of validation", key: idField.declaration.name, form: .mapping())

  /// What such a mapping is.
  public static var noun: String { "a case of validation" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      idField.declaration, titleField.declaration, predictionsField.declaration,
      leftOutField.declaration,
    ]
  }

  /// What a case is read from.
  public init?(from mapping: inout MappingDecoder) {
    let id = mapping.value(of: Self.idField)
    let title = mapping.value(of: Self.titleField)
    let predictions = mapping.value(of: Self.predictionsField)
    let leftOut = mapping.value(of: Self.leftOutField)
    if predictions?.isEmpty == true, leftOut.isEmpty {
      mapping.refuse("predictions", "a case without any must say under “left-out” why")
    }
    guard mapping.isSound, let id, let title, let predictions else { return nil }
    self.init(id, title, predictions: predictions, leftOut: leftOut)
  }
}
