/// An observer that keeps every step of the last translation, to explain it.
public struct WalkTrace: WalkObserver, Sendable {
  /// The reads in the order in which they were made.
  public private(set) var steps: [WalkStep] = []

  /// A trace without steps.
  public init() {}

  /// Forgets the translation before.
  public mutating func start(_ address: GuestVirtual, _ access: Access) { steps = [] }

  /// Keeps the read.
  public mutating func step(_ step: WalkStep) { steps.append(step) }

  /// Does nothing: the caller has the failure.
  public mutating func fail(_ failure: WalkFailure) {}

  /// Does nothing: the caller has the translation.
  public mutating func succeed(_ translation: Translation) {}
}
