import Costs

/// What the faults of a machine have cost so far, and what kinds there were.
struct FaultMeter {
  private let prices: [(component: Component, likely: Double)]
  private(set) var nanoseconds = 0.0
  private(set) var copies: UInt64 = 0
  private(set) var minor: UInt64 = 0
  private(set) var reads: UInt64 = 0

  /// The rows that a process waits for: faults, its guest's and its host's.
  ///
  /// What an access costs without a fault belongs to its work, and what the host does besides is not its time.
  private static let rows = Activity.all.filter {
    switch $0 {
    case .guest, .fault: true
    case .work, .access, .stoppedWalk: false
    }
  }

  /// A meter by a profile, but for the time of a read from storage if that is given.
  init(_ profile: CostProfile, readNanoseconds: UInt64?) {
    prices = profile.components.compactMap { component in
      if let readNanoseconds {
        if component == .storageRequest { return (component, Double(readNanoseconds)) }
        if component == .storageByte { return nil }
      }
      return profile[component].map { (component, Double($0.likely) / 1e6) }
    }
  }

  /// Takes in a ledger, and says what has come since the last one.
  mutating func read(
    _ ledger: Ledger
  ) -> (nanoseconds: UInt64, copies: UInt64, minor: UInt64, reads: UInt64) {
    var all = FaultMeter(prices: prices)
    for row in Self.rows {
      let count = ledger.count(of: row)
      guard count > 0 else { continue }
      switch row {
      case .guest(.copy): all.copies += count
      case .guest: all.minor += count
      default: all.reads += ledger.amount(of: .storageRequest, for: row)
      }
      for (component, price) in prices {
        let amount = ledger.amount(of: component, for: row)
        if amount > 0 { all.nanoseconds += Double(amount) * price }
      }
    }
    defer { self = all }
    return (
      UInt64(max(all.nanoseconds - nanoseconds, 0)), all.copies - copies, all.minor - minor,
      all.reads - reads
    )
  }

  private init(prices: [(component: Component, likely: Double)]) { self.prices = prices }
}
