/// Where a number comes from.
public struct PriceSource: Sendable, Hashable {
  /// How well the number is known.
  public let grade: Grade
  /// The row of the facts or of the source figures, or the calibration; nothing for what is nobody's
  /// figure.
  public let row: String?
  /// How the number follows from its row, or why it is assumed.
  public let note: String

  /// A number that a row states, or that follows from it as `note` says.
  public init(_ grade: Grade, row: String, note: String = "") {
    self.grade = grade
    self.row = row
    self.note = note
  }

  private init(assumed reason: String) {
    grade = .assumed
    row = nil
    note = reason
  }

  /// A number that nobody states.
  public static func assumed(_ reason: String) -> Self { Self(assumed: reason) }
}
