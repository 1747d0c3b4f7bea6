/// A processor of a guest that writes.
struct WritingProcessor {
  /// When its next write is.
  var clock: Int64 = 0
  /// The pages that it writes.
  var draws: PageDraws
  /// How long it has run since it slept last.
  var ran: Int64 = 0
  /// Since when the pages are counted that a dirty limit goes by: since it slept for it last.
  var limitedSince: Int64 = 0
  /// The pages that it has made dirty since then.
  var limitedPages: UInt64 = 0
  /// The page of a write that is not made yet, for it must wait for its turn.
  var pending: Int?
  /// The host's page that it waits for, which is not at its destination yet.
  var awaited: Int?
}
