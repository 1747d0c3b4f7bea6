/// A fault of the second stage, by its three coordinates.
public struct FaultEvent: Sendable, Hashable {
  /// Why the hardware stopped.
  public let cause: FaultCause
  /// What was being accessed.
  public let context: FaultContext
  /// How the hypervisor resolved it.
  public let resolution: FaultResolution

  /// The event with these coordinates.
  @inlinable
  public init(_ cause: FaultCause, _ context: FaultContext, _ resolution: FaultResolution) {
    self.cause = cause
    self.context = context
    self.resolution = resolution
  }

  /// The kind that the event counts as.
  public var kind: FaultKind {
    guard context == .finalAccess else { return .cascade }
    switch resolution {
    case .copy, .emulate, .log, .split, .age, .permit: return .permission
    case .allocate: return .missing
    case .spurious: return cause == .missing ? .missing : .permission
    }
  }

  /// All events there can be, in the order of their numbers.
  public static let all: [FaultEvent] = FaultCause.allCases.flatMap { cause in
    FaultContext.allCases.flatMap { context in
      FaultResolution.allCases.map { FaultEvent(cause, context, $0) }
    }
  }

  /// The place of the event in ``all``.
  @inlinable
  public var number: Int {
    (Int(cause.rawValue) &* 3 &+ Int(context.rawValue)) &* 8 &+ Int(resolution.rawValue)
  }
}
