/// What happened when, in bins of equal length that grow with the time that is covered.
///
/// The number of bins is bounded: when the last is passed, each two become one.
public struct TimeSeries: Sendable, Hashable {
  /// The most bins there are.
  public let mostBins: Int
  /// The length of a bin.
  public private(set) var bin: VirtualDuration
  /// The sums, by bin and within it by quantity.
  public private(set) var sums: [Int64] = []
  /// How many quantities are summed.
  public let quantities: Int

  /// Empty sums of so many quantities.
  public init(quantities: Int, bin: VirtualDuration, mostBins: Int = 1024) {
    precondition(quantities > 0 && bin > .zero && mostBins > 1, "a series has bins and quantities")
    self.quantities = quantities
    self.bin = bin
    self.mostBins = mostBins
  }

  /// How many bins have been reached.
  public var bins: Int { sums.count / quantities }

  /// Adds to a quantity at a moment.
  @inline(__always)
  public mutating func add(_ amount: Int64, to quantity: Int, at time: VirtualTime) {
    let place = Int(time.picoseconds / bin.picoseconds)
    if place >= bins { reach(time) }
    sums[Int(time.picoseconds / bin.picoseconds) * quantities + quantity] += amount
  }

  /// The sums of one quantity, by bin.
  public func values(of quantity: Int) -> [Int64] {
    stride(from: quantity, to: sums.count, by: quantities).map { sums[$0] }
  }

  /// Makes the bins reach a moment.
  public mutating func reach(_ time: VirtualTime) {
    while Int(time.picoseconds / bin.picoseconds) >= mostBins { halve() }
    let needed = (Int(time.picoseconds / bin.picoseconds) + 1) * quantities
    if needed > sums.count { sums += Array(repeating: 0, count: needed - sums.count) }
  }

  private mutating func halve() {
    let count = (bins + 1) / 2
    var halved = Array(repeating: Int64(0), count: count * quantities)
    for (place, sum) in sums.enumerated() {
      halved[place / quantities / 2 * quantities + place % quantities] += sum
    }
    sums = halved
    bin = bin * 2
  }
}
