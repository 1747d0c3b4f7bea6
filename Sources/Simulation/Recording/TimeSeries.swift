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
  /// The bin that was added to last: as a rule the next sum goes there too.
  private var open = Bin()

  private struct Bin: Sendable, Hashable {
    var start: Int64 = 0
    /// Where it ends; where it starts, if it can't be used.
    var end: Int64 = 0
    /// Where its sums begin.
    var place = 0
  }

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
    if time.picoseconds < open.start || time.picoseconds >= open.end { open(time) }
    sums[open.place + quantity] += amount
  }

  /// Makes the bin of a moment the one that is added to.
  private mutating func open(_ time: VirtualTime) {
    reach(time)
    let number = time.picoseconds / bin.picoseconds
    open.start = number * bin.picoseconds
    open.end = open.start + bin.picoseconds
    open.place = Int(number) * quantities
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
    open = Bin()
  }
}
