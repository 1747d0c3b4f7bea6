/// A value of a real machine, with how well it is known and the statistic that it came from.
public struct Observed<Value: Sendable & Hashable>: Sendable, Hashable {
  /// The value.
  public var value: Value
  /// How well it is known.
  public var grade: ObservationGrade
  /// What it was read from, such as `/proc/meminfo MemTotal`, or why it is assumed; empty where nothing
  /// is told.
  public var statistic: String

  /// A value of a grade.
  public init(_ value: Value, _ grade: ObservationGrade, _ statistic: String = "") {
    self.value = value
    self.grade = grade
    self.statistic = statistic
  }

  /// A value that a machine told of itself.
  public static func measured(_ value: Value, _ statistic: String) -> Self {
    Self(value, .measured, statistic)
  }

  /// A value that was worked out from others.
  public static func derived(_ value: Value, _ statistic: String) -> Self {
    Self(value, .derived, statistic)
  }

  /// A value that nobody measured.
  public static func assumed(_ value: Value, _ reason: String = "") -> Self {
    Self(value, .assumed, reason)
  }
}
