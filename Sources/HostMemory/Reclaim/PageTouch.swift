/// What became of a touch.
public struct PageTouch: Sendable, Hashable {
  /// What it took.
  public enum End: Sendable, Hashable {
    /// The page was there.
    case hit
    /// A fault without reading.
    case minor
    /// A fault, or a read, that had to wait for storage.
    case major
    /// The memory's owner was killed.
    case killed
  }

  /// What it took.
  public let end: End
  /// When it was over, in nanoseconds.
  public let at: UInt64
  /// How long of it was the actor's own reclaiming, with what it waited for there.
  public let reclaiming: UInt64
  /// How long of that it waited for storage: for room in its queue, or for writes to be done.
  public let writing: UInt64
  /// How long of it was waiting for the page to be read.
  public let reading: UInt64
  /// How long of it was the penalty for being above `memory.high`, or for changing files faster than they
  /// are written.
  public let throttled: UInt64

  /// How long of it its actor waited, and needed no processor.
  public var waited: UInt64 { writing + reading + throttled }

  /// The same where reclaiming took longer by so much.
  public func delayed(reclaiming more: UInt64) -> Self {
    Self(
      end: end, at: at + more, reclaiming: reclaiming + more, writing: writing, reading: reading,
      throttled: throttled)
  }

  /// The same where its faults took longer by so much.
  public func delayed(faults more: UInt64) -> Self {
    Self(
      end: more > 0 && end == .hit ? .minor : end, at: at + more, reclaiming: reclaiming,
      writing: writing, reading: reading, throttled: throttled)
  }
}
