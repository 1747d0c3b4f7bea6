/// A value that is known within bounds: `{low: 1 us, likely: 1.3 us, high: 2 us}`, or one value.
public struct Estimate<Value: Comparable & Sendable>: Sendable, Hashable where Value: Hashable {
  /// The least it may be.
  public let low: Value
  /// What it most likely is.
  public let likely: Value
  /// The most it may be.
  public let high: Value

  /// A value within bounds.
  ///
  /// - Precondition: `low <= likely && likely <= high`.
  public init(low: Value, likely: Value, high: Value) {
    precondition(low <= likely && likely <= high, "the bounds are out of order")
    self.low = low
    self.likely = likely
    self.high = high
  }

  /// A value without doubt.
  public init(_ value: Value) { self.init(low: value, likely: value, high: value) }
}

extension ValueForm {
  /// One value, or a mapping with `low`, `likely` and `high` in this order.
  public static func estimate<Bound>(of bound: ValueForm<Bound>) -> Self
  where Value == Estimate<Bound> {
    let low = RequiredField("low", bound, "the least it may be")
    let likely = RequiredField("likely", bound, "what it most likely is")
    let high = RequiredField("high", bound, "the most it may be")
    let fields = [low.declaration, likely.declaration, high.declaration]
    return .scalar(
      bound.map { Estimate($0) },
      orMapping: .mapping("a range", fields) { mapping in
        let least = mapping.value(of: low)
        let middle = mapping.value(of: likely)
        let most = mapping.value(of: high)
        guard let least, let middle, let most else { return nil }
        if middle < least { mapping.refuse("likely", "it must be at least “low”, \(least)") }
        if most < middle { mapping.refuse("high", "it must be at least “likely”, \(middle)") }
        return mapping.isSound ? Estimate(low: least, likely: middle, high: most) : nil
      })
  }
}
