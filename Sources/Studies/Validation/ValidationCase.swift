/// A published measurement, and what the model predicts of it.
public struct ValidationCase: Sendable, Hashable {
  /// Its id.
  public let id: String
  /// What was measured.
  public let title: String
  /// What is predicted.
  public let predictions: [ValidationPrediction]
  /// What of the measurement is not predicted, and why.
  public let leftOut: [String]

  /// A case.
  public init(
    _ id: String, _ title: String, predictions: [ValidationPrediction], leftOut: [String]
  ) {
    self.id = id
    self.title = title
    self.predictions = predictions
    self.leftOut = leftOut
  }

  /// What becomes of all predictions.
  public func run() throws(ValidationError) -> [ValidationResult] {
    var results: [ValidationResult] = []
    for prediction in predictions { results.append(try run(prediction)) }
    return results
  }

  private func run(
    _ prediction: ValidationPrediction
  ) throws(ValidationError) -> ValidationResult {
    var played = try prediction.play.played(for: prediction)
    if let over = prediction.over {
      let below = try over.played(for: prediction)
      guard below.number != 0 else { throw .nothingPlayed(id, prediction.subject) }
      played.number /= below.number
      played.inputs += below.inputs
    }
    let used = Set(played.inputs.map(\.row))
    let unknown = used.union(prediction.inputs).union([prediction.row])
      .filter { PublishedRow($0) == nil }.sorted()
    guard unknown.isEmpty else { throw .unknownRows(id, prediction.subject, rows: unknown) }
    let undeclared = used.subtracting(prediction.inputs).sorted()
    guard undeclared.isEmpty else {
      let own = undeclared.filter { prediction.sharesSource(with: $0) }
      throw .undeclared(
        id, prediction.subject, rows: undeclared, own: own, predicted: prediction.row)
    }
    let idle = Set(prediction.inputs).subtracting(used).sorted()
    guard idle.isEmpty else { throw .unused(id, prediction.subject, rows: idle) }
    let allowed = prediction.allowedGrade(played.inputs)
    guard prediction.grade.place >= allowed.place else {
      throw .gradeTooHigh(id, prediction.subject, claimed: prediction.grade, allowed: allowed)
    }
    return ValidationResult(prediction: prediction, found: played.number)
  }
}

/// A prediction beside what was published.
public struct ValidationResult: Sendable, Hashable {
  /// The prediction.
  public let prediction: ValidationPrediction
  /// The model's number, in the unit of the published one.
  public let found: Double

  /// How far off the model's number is, in parts of the published one.
  public var deviation: Double {
    prediction.published == 0 ? found : found / prediction.published - 1
  }

  /// Whether it is within the tolerance.
  public var holds: Bool { deviation.magnitude <= prediction.tolerance }
}
