/// Which pages a guest writes, one after another.
public indirect enum WritePattern: Sendable, Hashable {
  /// Any page at any time, each equally likely.
  case uniform
  /// A part of the pages takes a part of the writes; both in billionths. The hot pages are the first.
  case hotAndCold(hot: UInt64, writes: UInt64)
  /// One page after the other, from the start again at the end; each processor has a part of its own.
  case sequential
  /// Some pages more often than others: the k-th most popular one as often as k to the power of minus the
  /// exponent says.
  case zipf(exponent: Double)
  /// One pattern for a while, then the next, and the first again after the last.
  case phases([WritePhase])
  /// The pages of a recording in their order, from the start again at the end; each processor begins at
  /// a place of its own.
  case recorded([UInt64])
}
