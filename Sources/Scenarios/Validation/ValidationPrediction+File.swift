internal import Quantities
public import Studies

/// How a prediction is written in a case.
extension ValidationPrediction: MappingDecodable {
  private static let subjectField = RequiredField(
    "what", ValueForm<String>.text, "what the number is")
  private static let publishedField = RequiredField(
    "published", ValueForm<PublishedNumber>.published, "the number that was published")
  private static let rowField = RequiredField(
    "row", ValueForm<String>.text, "the row that publishes it")
  private static let toleranceField = DefaultField(
    "tolerance", ValueForm<Share>.share, default: Share(billionths: 0),
    "how far off the prediction may be")
  private static let gradeField = RequiredField(
    "grade", ValueForm<ValidationGrade>.choice(), "what the prediction proves")
  private static let inputsField = DefaultField(
    "inputs", ValueForm<[String]>.list(of: .text), default: [],
    "the rows that numbers are taken from")
  private static let playField = RequiredField(
    "play", ValueForm<ValidationPlay>.play, "what is played")
  private static let overField = OptionalField(
    "over", ValueForm<ValidationPlay>.play, "what the play's number is divided by")

  /// What such a mapping is.
  public static var noun: String { "a prediction" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      subjectField.declaration, publishedField.declaration, rowField.declaration,
      toleranceField.declaration, gradeField.declaration, inputsField.declaration,
      playField.declaration, overField.declaration,
    ]
  }

  /// What a prediction is read from.
  public init?(from mapping: inout MappingDecoder) {
    let subject = mapping.value(of: Self.subjectField)
    let published = mapping.value(of: Self.publishedField)
    let row = mapping.value(of: Self.rowField)
    let tolerance = mapping.value(of: Self.toleranceField)
    let grade = mapping.value(of: Self.gradeField)
    let inputs = mapping.value(of: Self.inputsField)
    let play = mapping.value(of: Self.playField)
    let over = mapping.value(of: Self.overField)
    guard mapping.isSound, let subject, let published, let row, let grade, let play else {
      return nil
    }
    self.init(
      subject, published: published.value, published.unit, row: row, tolerance: tolerance.value,
      grade: grade, inputs: inputs, play: play, over: over)
  }
}

/// A number that was published: a time, a count or a quotient.
struct PublishedNumber: Sendable {
  let value: Double
  let unit: ValidationPrediction.Unit
}

extension ValueForm where Value == PublishedNumber {
  /// A number, or a time with its unit.
  static var published: Self {
    let rule = "it must be a number such as 24 or 8.5, or a time such as 16.1 s"
    return .scalar(
      schema: .any([.number(least: 0, most: 1e18), ValueForm<TimeSpan>.time.schema]), rule: rule
    ) { scalar throws(FormError) in
      if let time = try? TimeSpan(parsing: scalar.text), time.picoseconds > 0 {
        return PublishedNumber(value: Double(time.picoseconds), unit: .time)
      }
      guard (try? ExactDecimal(parsing: scalar.text)) != nil, let number = Double(scalar.text)
      else { throw FormError(rule) }
      return PublishedNumber(value: number, unit: .number)
    }
  }
}
