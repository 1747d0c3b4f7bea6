/// One number that was published, and what is played to predict it.
public struct ValidationPrediction: Sendable, Hashable {
  /// What a number is told in.
  public enum Unit: Sendable, Hashable {
    /// A count or a quotient.
    case number
    /// Picoseconds.
    case time
  }

  /// What the number is, in a phrase.
  public let subject: String
  /// The number that was published.
  public let published: Double
  /// Its unit.
  public let unit: Unit
  /// The row that publishes it.
  public let row: String
  /// How far off a prediction may be, in parts of the published number.
  public let tolerance: Double
  /// What the prediction claims to prove.
  public let grade: ValidationGrade
  /// The rows that it may take numbers from.
  public let inputs: [String]
  /// What is played.
  public let play: ValidationPlay
  /// What the play's number is divided by, where the published one is a quotient.
  public let over: ValidationPlay?

  /// A prediction.
  public init(
    _ subject: String, published: Double, _ unit: Unit, row: String, tolerance: Double,
    grade: ValidationGrade, inputs: [String], play: ValidationPlay, over: ValidationPlay? = nil
  ) {
    self.subject = subject
    self.published = published
    self.unit = unit
    self.row = row
    self.tolerance = tolerance
    self.grade = grade
    self.inputs = inputs
    self.play = play
    self.over = over
  }

  /// The best grade that the play's own inputs allow.
  ///
  /// A price or a point that is worked out from the predicted row makes the number an input; other
  /// points of the row, and other rows of its source, make it calibrated.
  func allowedGrade(_ used: [ValidationInput]) -> ValidationGrade {
    let own = used.filter { sharesSource(with: $0.row) }
    if own.isEmpty { return .predicted }
    return own.allSatisfy { $0.isOtherPoint || $0.row != row } ? .calibrated : .input
  }

  /// Whether a row was published where the predicted one was.
  func sharesSource(with other: String) -> Bool {
    other == row || PublishedRow(other)?.source == PublishedRow(row)?.source
  }
}

/// A row that a play has taken a number from.
struct ValidationInput: Hashable {
  let row: String
  /// Whether the number is another point than the one that is predicted.
  let isOtherPoint: Bool
}
