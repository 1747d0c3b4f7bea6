/// An observer that counts table reads by stage and level.
public struct WalkCounter: WalkObserver, Sendable {
  /// The translations that were begun.
  public private(set) var walks = 0
  /// The translations that stopped.
  public private(set) var failures = 0
  /// The reads of guest tables, by level counted from the leaf.
  public private(set) var guestReads = InlineArray<8, Int>(repeating: 0)
  /// The reads of the hypervisor's tables, by level counted from the leaf.
  public private(set) var hostReads = InlineArray<8, Int>(repeating: 0)

  /// A counter at zero.
  public init() {}

  /// Counts the walk.
  @inline(__always)
  public mutating func start(_ address: GuestVirtual, _ access: Access) { walks &+= 1 }

  /// Counts the read.
  @inline(__always)
  public mutating func step(_ step: WalkStep) {
    // No format has eight levels; the mask spares the check of the index.
    let level = step.level & 7
    if step.stage == .first { guestReads[level] &+= 1 } else { hostReads[level] &+= 1 }
  }

  /// Counts the failure.
  @inline(__always)
  public mutating func fail(_ failure: WalkFailure) { failures &+= 1 }

  /// Does nothing: a walk that did not fail succeeded.
  @inline(__always)
  public mutating func succeed(_ translation: Translation) {}
}
