/// Which end of its range is taken for what nobody measured, or was measured of one version only.
public enum OverheadEstimate: String, Sendable, Hashable, CaseIterable {
  /// The least that it may be.
  case low
  /// What it most likely is.
  case likely
  /// The most that it may be.
  case high

  /// The bytes at this end.
  func of(_ bytes: EstimatedBytes) -> UInt64 {
    switch self {
    case .low: bytes.low
    case .likely: bytes.likely
    case .high: bytes.high
    }
  }
}

/// A size that is not known to the byte, with its range.
struct EstimatedBytes: CustomStringConvertible {
  let low: UInt64
  let likely: UInt64
  let high: UInt64

  /// The range as the source of a part tells it.
  var description: String { text(1) }
  var kibibytes: String { text(1 << 10) }
  var mebibytes: String { text(1 << 20) }

  /// The range in mebibytes with a decimal.
  var inMebibytes: String {
    func tenths(_ bytes: UInt64) -> String {
      let tenths = (bytes * 10 + 1 << 19) >> 20
      return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)")
    }
    return "\(tenths(likely)) (\(tenths(low)) to \(tenths(high)))"
  }

  private func text(_ unit: UInt64) -> String {
    "\(likely / unit) (\(low / unit) to \(high / unit))"
  }
}
