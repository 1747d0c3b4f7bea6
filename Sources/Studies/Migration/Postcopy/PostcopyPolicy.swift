/// How pages follow a guest that runs at its destination already.
public struct PostcopyPolicy: Sendable, Hashable {
  /// After how many rounds of pre-copy the guest is moved; 0 for none.
  public var afterRounds = 0
  /// Whether requests are answered by a stream of their own, as QEMU's `postcopy-preempt` does, and don't
  /// wait behind pages that nobody asked for.
  public var hasOwnChannel = true
  /// The bytes that are written to the stream already and can't be overtaken in it.
  ///
  /// 15 MB at 10 Gbit/s are the 12 ms that QEMU's requests took without a channel of their own.
  public var queuedBytes: UInt64 = 15_000_000
  /// How many of the pages behind a requested one come with it.
  public var prefetch = 0
  /// Whether the stream goes on behind the page that was requested last.
  public var followsRequests = true

  /// Post-copy from the start, with a channel of its own.
  public init() {}
}
