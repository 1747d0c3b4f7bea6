public import Paging

/// What becomes of an access.
public enum Outcome: Sendable, Hashable {
  /// It arrives.
  case translated(Translation)
  /// It faults, and the architecture tells this about it.
  case failed(WalkFailure, FaultReport)
  /// No processor can have these registers.
  case refused(RegisterError)
}
