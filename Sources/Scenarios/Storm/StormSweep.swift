/// A storm again and again, with fields that take several values in turn.
public struct StormSweep: Sendable, Hashable {
  /// A storm with one value for each field.
  public struct Point: Sendable, Hashable {
    /// The values as the file writes them, in the order of the fields.
    public let values: [String]
    /// The storm.
    public var scenario: StormScenario
  }

  /// The fields: `policy.batch`, `fleet[0].count`.
  public let fields: [String]
  /// Every combination of values, the last field's values next to each other.
  public var points: [Point]

  /// The most points that a sweep may have.
  public static let mostPoints = 10_000

  init(_ fields: [String], _ points: [Point]) {
    self.fields = fields
    self.points = points
  }
}
