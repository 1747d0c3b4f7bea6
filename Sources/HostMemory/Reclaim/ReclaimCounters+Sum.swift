extension ReclaimCounters {
  /// The counts, one by one.
  private static var counts: [WritableKeyPath<Self, UInt64>] {
    [
      \.faults,
      \.majorFaults,
      \.swapIns,
      \.swapOuts,
      \.fileReads,
      \.fileWrites,
      \.stolenByKswapd,
      \.activations,
      \.deactivations,
      \.agings,
      \.stalls,
      \.limitStalls,
      \.wakes,
      \.kills,
      \.scanned.anon, \.scanned.file,
      \.stolen.anon, \.stolen.file,
      \.refaults.anon, \.refaults.file,
      \.refaultActivations.anon, \.refaultActivations.file,
      \.restores.anon, \.restores.file,
    ]
  }

  /// The sum of two.
  public static func + (left: Self, right: Self) -> Self {
    var sum = left
    for count in counts { sum[keyPath: count] += right[keyPath: count] }
    return sum
  }

  /// What has been added since.
  public func since(_ before: Self) -> Self {
    var rest = self
    for count in Self.counts { rest[keyPath: count] -= before[keyPath: count] }
    return rest
  }

  /// So many times as much.
  public func times(_ factor: UInt64) -> Self {
    var product = self
    for count in Self.counts { product[keyPath: count] *= factor }
    return product
  }
}
