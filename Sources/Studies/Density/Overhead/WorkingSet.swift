/// How much memory a guest uses, as values that are equally likely.
public struct WorkingSet: Sendable, Hashable {
  /// The values in ascending order; there is at least one.
  public let values: [UInt64]
  /// Where they come from.
  public let origin: String

  /// The distribution of some values.
  public init?(_ values: [UInt64], origin: String) {
    guard !values.isEmpty else { return nil }
    self.values = values.sorted()
    self.origin = origin
  }

  /// Their mean, rounded up.
  public var mean: UInt64 {
    let sum = values.reduce(UInt128(0)) { $0 + UInt128($1) }
    return UInt64((sum + UInt128(values.count) - 1) / UInt128(values.count))
  }

  /// The greatest.
  public var most: UInt64 { values[values.count - 1] }

  /// At most so many values that stand for all: each is the mean of as many of them.
  public func thinned(to count: Int) -> WorkingSet {
    guard values.count > count else { return self }
    let means = (0..<count).map { number -> UInt64 in
      let part = values[number * values.count / count..<(number + 1) * values.count / count]
      return UInt64(part.reduce(UInt128(0)) { $0 + UInt128($1) } / UInt128(part.count))
    }
    return WorkingSet(means, origin: origin) ?? self
  }
}
