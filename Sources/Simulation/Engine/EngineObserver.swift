/// What sees an engine at work; with ``NoEngineObserver`` it costs nothing.
public protocol EngineObserver {
  /// An actor was on a processor.
  mutating func ran(_ actor: ActorNumber, on processor: Int, from: VirtualTime, to: VirtualTime)

  /// An actor waited for a lock.
  mutating func waited(
    _ actor: ActorNumber, for lock: LockNumber, from: VirtualTime, to: VirtualTime)
}

/// An observer that looks away.
public struct NoEngineObserver: EngineObserver, Sendable {
  /// The observer.
  public init() {}

  /// Looks away.
  @inline(__always)
  public mutating func ran(
    _ actor: ActorNumber, on processor: Int, from: VirtualTime, to: VirtualTime
  ) {}

  /// Looks away.
  @inline(__always)
  public mutating func waited(
    _ actor: ActorNumber, for lock: LockNumber, from: VirtualTime, to: VirtualTime
  ) {}
}
