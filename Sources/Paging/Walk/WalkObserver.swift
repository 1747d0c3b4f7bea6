/// Something that watches walks: each has one start, any number of steps, and one end.
public protocol WalkObserver {
  /// Whether it makes nothing of what it is told, so that a walk need not tell it.
  static var isBlind: Bool { get }
  /// A translation begins.
  mutating func start(_ address: GuestVirtual, _ access: Access)
  /// The walk has read an entry.
  mutating func step(_ step: WalkStep)
  /// The translation has stopped.
  mutating func fail(_ failure: WalkFailure)
  /// The translation has found its page.
  mutating func succeed(_ translation: Translation)
}

extension WalkObserver {
  /// An observer sees what it is told, unless it says otherwise.
  @inline(__always)
  public static var isBlind: Bool { false }
}

/// One table read of a walk.
public struct WalkStep: Sendable, Hashable {
  /// Whose table was read.
  public var stage: WalkFailure.Stage
  /// The level of the entry, counted from the leaf.
  public var level: Int
  /// Where the entry lies in the space its stage's tables live in: guest-physical for stage 1,
  /// host-physical for stage 2.
  public var address: UInt64
  /// Where the entry lies in the machine's memory.
  public var place: HostPhysical
  /// The entry as it was read.
  public var entry: UInt64
  /// What a stage-2 read serves; a stage-1 read is always for the final access.
  public var context: WalkFailure.Context
}

/// An observer that sees nothing and costs nothing.
public struct NoObserver: WalkObserver {
  /// It sees nothing.
  @inline(__always)
  public static var isBlind: Bool { true }
  /// An observer that sees nothing.
  public init() {}
  /// Does nothing.
  @inline(__always)
  public mutating func start(_ address: GuestVirtual, _ access: Access) {}
  /// Does nothing.
  @inline(__always)
  public mutating func step(_ step: WalkStep) {}
  /// Does nothing.
  @inline(__always)
  public mutating func fail(_ failure: WalkFailure) {}
  /// Does nothing.
  @inline(__always)
  public mutating func succeed(_ translation: Translation) {}
}
