import Guests

/// The traces that policies are compared on.
enum SampleTrace: String, CaseIterable {
  case random
  case loop
  case scans
  case zipf
  case phases

  /// So many references to at most `pages` pages.
  func pages(_ count: Int, of pages: Int, seed: UInt64) -> [Int] {
    var random = SplitMix64(seed: seed)
    guard let zipf = try? ZipfSampler(count: UInt64(pages), exponent: 1) else { return [] }
    return (0..<count).map { number in
      switch self {
      case .random: Int(random.below(UInt64(pages)))
      case .loop: number % (pages * 3 / 4)
      // A hot set, and now and then a pass over everything.
      case .scans: number / 50 % 3 == 0 ? number % pages : Int(random.below(8))
      case .zipf: Int(zipf.next(&random)) - 1
      // A hot set that moves.
      case .phases: (number / 200 * 7 + Int(random.below(UInt64(pages / 3)))) % pages
      }
    }
  }
}
