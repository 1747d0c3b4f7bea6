/// Which end of its range is taken for what nobody measured.
public enum OverheadEstimate: String, Sendable, Hashable, CaseIterable {
  /// The least that it may be.
  case low
  /// What it most likely is.
  case likely
  /// The most that it may be.
  case high

  /// The bytes at this end.
  func of(_ bytes: AssumedBytes) -> UInt64 {
    switch self {
    case .low: bytes.low
    case .likely: bytes.likely
    case .high: bytes.high
    }
  }
}

/// A size that nobody measured, with its range.
struct AssumedBytes: CustomStringConvertible {
  let low: UInt64
  let likely: UInt64
  let high: UInt64

  /// The range as the source of a part tells it.
  var description: String { text(1) }
  var kibibytes: String { text(1 << 10) }
  var mebibytes: String { text(1 << 20) }

  private func text(_ unit: UInt64) -> String {
    "\(likely / unit) (\(low / unit) to \(high / unit))"
  }
}
