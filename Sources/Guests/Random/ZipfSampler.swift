/// Draws ranks from 1 to a count, rank k as often as k to the power of minus an exponent says.
///
/// The method is rejection-inversion (Hörmann and Derflinger, "Rejection-inversion to generate variates
/// from monotone discrete distributions", 1996): a number is drawn under a curve that touches the steps
/// of the distribution from above, and dropped where it lies beyond its step. It is exact for any count
/// and any exponent above 0, takes no table, and needs less than 1.2 draws on the average.
public struct ZipfSampler: Sendable {
  /// How many ranks there are.
  public let count: UInt64
  /// The exponent of the distribution.
  public let exponent: Double
  private let first: Double
  private let last: Double
  private let shortcut: Double

  /// A sampler of the ranks from 1 to `count`, which is not 0, with an exponent above 0.
  public init(count: UInt64, exponent: Double) throws(WorkloadError) {
    var problems: [String] = []
    if count == 0 { problems.append("There are 0 ranks to draw from: there must be at least 1.") }
    if !(exponent > 0 && exponent.isFinite) {
      problems.append("The exponent is \(exponent): it must be above 0 and finite.")
    }
    guard problems.isEmpty else { throw WorkloadError(problems: problems) }
    self.count = count
    self.exponent = exponent
    first = Self.area(1.5, exponent) - 1
    last = Self.area(Double(count) + 0.5, exponent)
    shortcut =
      2 - Self.inverseArea(Self.area(2.5, exponent) - Self.weight(2, exponent), exponent)
  }

  /// The next rank.
  public func next(_ random: inout SplitMix64) -> UInt64 {
    while true {
      let area = last + random.unit() * (first - last)
      let place = Self.inverseArea(area, exponent)
      let rank = min(max(1, (place + 0.5).rounded(.down)), Double(count))
      if rank - place <= shortcut
        || area >= Self.area(rank + 0.5, exponent) - Self.weight(rank, exponent)
      {
        return min(UInt64(rank), count)
      }
    }
  }

  /// The weight of a rank: x⁻ˢ.
  private static func weight(_ x: Double, _ exponent: Double) -> Double {
    ElementaryFunctions.exponential(-exponent * ElementaryFunctions.logarithm(x))
  }

  /// The area under x⁻ˢ up to x: (x¹⁻ˢ − 1) / (1 − s), or ln x where s is 1.
  private static func area(_ x: Double, _ exponent: Double) -> Double {
    let logarithm = ElementaryFunctions.logarithm(x)
    return ElementaryFunctions.exponentialFactor((1 - exponent) * logarithm) * logarithm
  }

  /// The x up to which the area is this.
  private static func inverseArea(_ area: Double, _ exponent: Double) -> Double {
    // Rounding may take the argument below the range of the function.
    let scaled = max(area * (1 - exponent), -1 + 0x1p-52)
    return ElementaryFunctions.exponential(ElementaryFunctions.logarithmFactor(scaled) * area)
  }
}
