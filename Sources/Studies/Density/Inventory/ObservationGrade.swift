/// How well a value of a real machine is known.
public enum ObservationGrade: String, Sendable, Hashable, CaseIterable {
  /// The machine told it.
  case measured
  /// It was worked out from what the machine told.
  case derived
  /// Nobody measured it.
  case assumed
}
