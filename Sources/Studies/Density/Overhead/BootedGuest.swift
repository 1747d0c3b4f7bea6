/// What a Linux guest holds of its memory after its boot.
///
/// Fitted to what Firecracker's guests of 512 MiB and 2 GiB came to hold (row B2): the guest's record of
/// each frame (64 bytes for 4 KiB, row B4), a little more with each mebibyte, and a fixed part.
enum BootedGuest {
  static let source = "B2: a booted guest, idle, within 2 % over sizes and programs"
  /// The fixed part, in KiB.
  private static let fixed: UInt64 = 168_063
  /// What comes with each mebibyte beside the guest's records of its frames, in bytes.
  private static let more: UInt64 = 1923

  /// The bytes that a guest with so much memory holds.
  static func resident(memoryBytes: UInt64, _ estimate: OverheadEstimate = .likely) -> UInt64 {
    let mebibytes = memoryBytes >> 20
    let bytes = fixed << 10 + memoryBytes / 64 + mebibytes * more
    return min(memoryBytes, within(bytes, estimate))
  }

  /// A size at an end of its range: guests of other sizes and other programs lay within a fiftieth of what
  /// was fitted, and QEMU's guests of four sizes within as much of what was recorded at another size.
  static func within(_ bytes: UInt64, _ estimate: OverheadEstimate) -> UInt64 {
    estimate.of(
      EstimatedBytes(low: bytes - bytes / 50, likely: bytes, high: bytes + bytes / 50))
  }
}
