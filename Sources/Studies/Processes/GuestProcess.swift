/// A process of a guest: one with memory of its own, or some that are forked from another.
public struct GuestProcess: Sendable, Hashable {
  /// In which order a process touches its memory.
  public enum Order: String, Sendable, Hashable, CaseIterable {
    /// At random, as long as it lives.
    case random
    /// From the first page to the last; then it ends.
    case once
  }

  /// What it is called.
  public var name: String
  /// Its memory, all of which it writes before the measurement starts; none where it is forked.
  public var memoryBytes: UInt64 = 0
  /// The place of the process that it is forked from.
  public var parent: Int?
  /// How many of it are forked.
  public var count = 1
  /// When it is forked, or begins to touch, in nanoseconds from the start of the measurement.
  public var startNanoseconds: UInt64 = 0
  /// In which order it touches.
  public var order = Order.random
  /// The part of its memory, from the start, that is touched at random.
  public var hotShare = 1.0
  /// The part of its touches that write.
  public var writeShare = 0.0
  /// What it computes with each touch, in nanoseconds.
  public var workNanoseconds: UInt64 = 10_000
  /// The touches of a request; with none it sleeps.
  public var touches: UInt64 = 1000

  /// A process that only reads.
  public init(_ name: String) { self.name = name }

  /// What one request computes.
  public var requestWork: UInt64 { touches * workNanoseconds }
}
