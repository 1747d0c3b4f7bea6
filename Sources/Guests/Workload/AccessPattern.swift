/// The order in which a workload goes through the elements of its memory.
public enum AccessPattern: Sendable, Hashable {
  /// One element after the other, from the start again at the end.
  case sequential
  /// Any element at any time, each equally likely.
  case random
  /// An element, then the one some bytes further on; at the end the pass starts again one element on.
  case stride(bytes: UInt64)
  /// Some elements more often than others: the k-th most popular one as often as k to the power of minus
  /// the exponent says. Where the popular ones lie is random.
  case zipf(exponent: Double)
  /// A chain through all elements in random order, each once before the first one comes again.
  case pointerChase
}
