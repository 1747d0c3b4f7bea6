/// What the host has taken away.
public struct ZapOutcome: Sendable, Hashable {
  /// The guest's pages, in units of 4 KiB, that their process's table had before and has otherwise now.
  public var pages: UInt64 = 0
  /// The entries of the second stage that were cleared, those of large pages one each.
  public var entries: UInt64 = 0
  /// The frames of 4 KiB that became free.
  public var freedFrames: UInt64 = 0
}
