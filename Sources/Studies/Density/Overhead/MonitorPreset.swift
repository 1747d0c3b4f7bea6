/// What a program that runs virtual machines takes for itself.
///
/// From the memory of Firecracker 0.20, Cloud Hypervisor and QEMU 4.2, 10 s after the boot of a guest of
/// one processor (row B2), and the writable mappings beyond the guest's memory (row B3), in KiB. One version
/// of each was measured, with six sizes of guest: what lies between these, and what other rows say of other
/// versions, is the range.
public struct MonitorPreset: Sendable, Hashable {
  /// The bytes that it holds while the guest runs.
  public let now: UInt64
  /// The bytes that it may come to hold.
  public let worst: UInt64
  /// Where these and their ranges come from.
  public let source: String

  /// The figures of a program, at an end of their ranges.
  public static func of(_ kind: MonitorKind, _ estimate: OverheadEstimate = .likely) -> Self {
    let (now, worst, source) = ranges(kind)
    return Self(now: estimate.of(now), worst: estimate.of(worst), source: source)
  }

  private static func ranges(
    _ kind: MonitorKind
  ) -> (now: EstimatedBytes, worst: EstimatedBytes, source: String) {
    switch kind {
    case .firecracker:
      // What its tests enforce holds for every version since; nothing says that one takes less.
      let now = kibibytes(firecracker, firecracker, 5120)
      return (
        now, kibibytes(5120, 5120, 5120),
        "B3 of one version: \(now.inMebibytes) MiB now, up to B5: 5 MiB, enforced"
      )
    case .cloudHypervisor:
      let now = over(median: 1862, 384...3088)
      return (
        now, kibibytes(13_664, 13_664, 13_664),
        "B2 over Firecracker's, \(now.inMebibytes) MiB over six sizes of guest; B3"
      )
    case .qemu:
      // KubeVirt counts 30 MiB for the QEMU of today.
      let spread = over(median: 24_758, 15_092...27_468)
      let now = EstimatedBytes(
        low: spread.low, likely: spread.likely, high: max(spread.high, 30 << 20))
      let worst = kibibytes(133_500, 151_100, 151_100)
      return (
        now, worst,
        "B2 over Firecracker's, \(now.inMebibytes) MiB now over six sizes of guest, and B7's 30;"
          + " B3, \(worst.inMebibytes) MiB at worst"
      )
    }
  }

  /// What Firecracker held in KiB (row B3), beside which the others' were measured.
  private static let firecracker: UInt64 = 2552

  /// What a program holds more than Firecracker, in KiB: the median over six sizes of guest, from the least to
  /// the most of them.
  private static func over(median: UInt64, _ range: ClosedRange<UInt64>) -> EstimatedBytes {
    kibibytes(
      firecracker + range.lowerBound, firecracker + median, firecracker + range.upperBound)
  }

  private static func kibibytes(_ low: UInt64, _ likely: UInt64, _ high: UInt64) -> EstimatedBytes {
    EstimatedBytes(low: low << 10, likely: likely << 10, high: high << 10)
  }
}
