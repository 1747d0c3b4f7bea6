/// What becomes of a storm with one mitigation.
public struct MitigationResult: Sendable {
  /// The mitigation.
  public let mitigation: Mitigation
  /// The figures, or why there are none: the host may have too little memory for it.
  public let figures: Result<StormFigures, StormError>
  /// Whether no other mitigation beats it, by 0.1 % at least where it is by time.
  public internal(set) var isUnbeaten = false
}
