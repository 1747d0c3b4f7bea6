/// What a program that runs virtual machines takes for itself.
///
/// From the memory of Firecracker 0.20, Cloud Hypervisor and QEMU 4.2, 10 s after the boot of a guest of
/// one processor (row B2), and the writable mappings beyond the guest's memory (row B3), in KiB.
public struct MonitorPreset: Sendable, Hashable {
  /// The bytes that it holds while the guest runs.
  public let now: UInt64
  /// The bytes that it may come to hold.
  public let worst: UInt64
  /// Where these come from.
  public let source: String

  /// The figures of a program.
  public static func of(_ kind: MonitorKind) -> Self {
    switch kind {
    case .firecracker:
      Self(now: 2552 << 10, worst: 5 << 20, source: "B3 now; B5: 5 MiB, enforced")
    case .cloudHypervisor:
      // The medians over six sizes of guest of what it holds more than Firecracker.
      Self(now: (2552 + 1862) << 10, worst: 13_664 << 10, source: "B2 over Firecracker's; B3")
    case .qemu:
      Self(now: (2552 + 24_758) << 10, worst: 151_100 << 10, source: "B2 over Firecracker's; B3")
    }
  }
}

/// What a Linux guest holds of its memory after its boot.
///
/// Fitted to what Firecracker's guests of 512 MiB and 2 GiB came to hold (row B2): the guest's record of
/// each frame (64 bytes for 4 KiB, row B4), a little more with each mebibyte, and a fixed part.
enum BootedGuest {
  static let source = "B2: a booted guest, idle"
  /// The fixed part, in KiB.
  private static let fixed: UInt64 = 168_063
  /// What comes with each mebibyte beside the guest's records of its frames, in bytes.
  private static let more: UInt64 = 1923

  /// The bytes that a guest with so much memory holds: guests of other sizes and other programs lay within
  /// a fiftieth of that.
  static func resident(memoryBytes: UInt64, _ estimate: OverheadEstimate = .likely) -> UInt64 {
    let mebibytes = memoryBytes >> 20
    let bytes = fixed << 10 + memoryBytes / 64 + mebibytes * more
    let range = AssumedBytes(low: bytes - bytes / 50, likely: bytes, high: bytes + bytes / 50)
    return min(memoryBytes, estimate.of(range))
  }
}
